#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "service/options.hpp"

namespace tenantd {

/// What can be set by a flag, the environment and the configuration file alike.
struct Setting {
  std::string name;   ///< Of the flag, without its hyphens: `header-time`.
  std::string shape;  ///< Of the value, for the help: `TIME`.
  std::string help;
  bool is_switch;  ///< `--no-NAME` turns it off.
  /// Takes the value. Returns what is wrong with it, or an empty text.
  std::function<std::string(Options&, std::string_view)> set;
  /// The value as TOML, without secrets.
  std::function<std::string(const Options&)> show;
  bool is_secret = false;  ///< No flag sets it: all users of a machine see those.

  [[nodiscard]] std::string key() const;       ///< In the file: `header_time`.
  [[nodiscard]] std::string variable() const;  ///< In the environment: `TENANTD_HEADER_TIME`.
};

/// All settings, in the order in which they are shown.
std::vector<Setting> all_settings();

/// The URL of a store without what may be secret in it: of a file all but a query, of anything else
/// the scheme.
std::string masked_url(std::string_view url);

/// The name that is most like a misspelt one; empty when none is alike.
std::string nearest_name(std::string_view misspelt, const std::vector<std::string>& names);

}  // namespace tenantd
