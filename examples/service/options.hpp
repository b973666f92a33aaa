#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <variant>

#include "tenancy/storage/options.hpp"

#include "service/http/limits.hpp"
#include "service/log.hpp"
#include "service/messaging/messaging_options.hpp"
#include "service/service.hpp"

namespace tenantd {

/// What the command line, the environment and the configuration file say.
struct Options {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;
  std::string store = {};  ///< Empty for a database in the data directory.
  std::string data = "data";
  /// Of PostgreSQL, by whom the schema is brought up to date; empty where it is so already.
  std::string owner_store = {};
  /// With the passwords of their roles; empty where the URL, or what libpq reads, has them.
  std::string store_password_file = {};
  std::string owner_store_password_file = {};
  std::string keys = {};  ///< The file of the application's keys; empty for that of the store.
  bool demo = true;
  bool first_key = true;       ///< Whether a store without an administrator gets one.
  std::size_t io_threads = 2;  ///< That serve the sockets and answer what is quick.
  std::size_t page_cache = std::size_t{32} << 20U;  ///< Bytes for each connection to the store.
  std::size_t silo_open_files = tenancy::SiloOptions{}.max_open_files;
  std::string tls_certificate = {};
  std::string tls_key = {};
  Limits limits = {};
  LogOptions log = {};
  ServiceOptions service = {};
  MessagingOptions messaging = {};
  std::optional<std::string> new_admin_key = {};  ///< Issue a key of that name instead of serving.

  [[nodiscard]] std::string store_url() const;
  /// The same, fit to be shown.
  [[nodiscard]] std::string masked_store_url() const;
};

/// Variables by their names.
using Environment = std::map<std::string, std::string>;

/// Those of this process that are meant for the service.
Environment own_environment();

/// The options, or the status to exit with at once, after `--help`, `--print-config` or a mistake,
/// when what there is to say has been printed. What flags say goes before the environment, that
/// before the configuration file, and that before the defaults.
std::variant<Options, int> parse_options(int argc, const char* const* argv,
                                         const Environment& environment, std::ostream& out,
                                         std::ostream& complaints);

}  // namespace tenantd
