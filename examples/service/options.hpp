#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace tenantd {

/// What the command line says.
struct Options {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;
  std::string store;  ///< Empty for a database in the data directory.
  std::string data = "data";
  bool with_demo = true;
  std::optional<std::string> new_admin_key;  ///< Issue a key of that name instead of serving.
  std::size_t threads = 4;                   ///< For requests that wait or compute.
  std::size_t io_threads = 2;                ///< That serve the sockets and answer what is quick.

  [[nodiscard]] std::string store_url() const;
};

/// The options, or the status to exit with at once, after `--help` or a mistake, when what there is
/// to say has been printed.
std::variant<Options, int> parse_options(int argc, const char* const* argv);

}  // namespace tenantd
