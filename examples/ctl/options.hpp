#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "ctl/failure.hpp"

namespace tenantctl {

class Session;

/// What the command line says to every command.
struct Options {
  std::string store;  ///< Empty when none was named; never beside a server.
  /// With the password of the store's role on PostgreSQL, `-` for standard input; may be empty.
  std::string password_file;
  std::string server;      ///< A URL; empty when none was named.
  std::string keys;        ///< Empty for the file beside the store.
  std::string migrations;  ///< A folder; empty for the service's own steps.
  std::string act_as;      ///< Empty for the name of the user.
  /// For all that a command does; none for no limit; not set for what suits the command.
  std::optional<std::chrono::milliseconds> timeout;
  std::string key_file;  ///< With the key for the server, `-` for standard input; may be empty.
  std::string cacert;    ///< With the certificates to trust; empty for the system's.
  bool insecure_http = false;
  bool json = false;
  bool yes = false;
};

/// What a command works with.
enum class Needs : std::uint8_t { store_or_server, store, server, nothing };

/// One command with what it was given, to be run once.
struct Command {
  std::function<Outcome<void>(Session&)> run;
  /// It may take as long as the store is large, and has no limit unless one is given.
  bool is_long = false;
  Needs needs = Needs::store_or_server;
};

}  // namespace tenantctl
