#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tenantd {

/// One line of a configuration file.
struct ConfigEntry {
  std::string key;
  std::string value;  ///< As text, whichever type it has; the texts of a list with commas between.
  std::size_t line;   ///< From 1 on.
};

struct ConfigMistake {
  std::size_t line;
  std::string what;  ///< Holds nothing of the file, which may hold a password.
};

/// Reads a flat TOML file: comments, and `key = value` with texts on one line, whole numbers,
/// `true` and `false`, and lists of texts. Every such file is TOML; tables, dates, fractions and
/// texts of several lines are refused.
///
/// Source: TOML 1.0.
std::variant<std::vector<ConfigEntry>, ConfigMistake> parse_config(std::string_view text);

/// A text as TOML writes it.
std::string toml_text(std::string_view text);

}  // namespace tenantd
