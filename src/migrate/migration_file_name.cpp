#include "migrate/migration_file_name.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace tenancy::inline v0::detail {
namespace {

constexpr std::string_view extension = ".sql";
constexpr std::size_t max_digits = 19;
constexpr std::size_t max_file_name_length = 100;

bool remove_suffix(std::string_view& text, std::string_view suffix) noexcept {
  if (!text.ends_with(suffix)) {
    return false;
  }
  text.remove_suffix(suffix.size());
  return true;
}

bool is_digit(char letter) noexcept { return letter >= '0' && letter <= '9'; }

bool is_name(std::string_view text) noexcept {
  const auto fits = [](char letter) {
    return is_digit(letter) || (letter >= 'a' && letter <= 'z') || letter == '_';
  };
  return !text.empty() && text.size() <= max_file_name_length && std::ranges::all_of(text, fits) &&
         text.front() != '_' && text.back() != '_' && text.find("__") == std::string_view::npos;
}

std::optional<std::int64_t> parse_version(std::string_view digits) noexcept {
  if (digits.empty() || digits.size() > max_digits || !std::ranges::all_of(digits, &is_digit)) {
    return std::nullopt;
  }
  std::int64_t version = 0;
  const auto [end, failure] =
      std::from_chars(digits.data(), digits.data() + digits.size(), version);
  return failure == std::errc{} && version > 0 ? std::optional{version} : std::nullopt;
}

std::optional<Dialect> take_dialect(std::string_view& text) noexcept {
  if (remove_suffix(text, ".sqlite")) {
    return Dialect::sqlite;
  }
  if (remove_suffix(text, ".postgresql")) {
    return Dialect::postgresql;
  }
  return std::nullopt;
}

}  // namespace

std::optional<MigrationFileName> MigrationFileName::parse(std::string_view file_name) noexcept {
  if (!remove_suffix(file_name, extension)) {
    return std::nullopt;
  }
  const auto dialect = take_dialect(file_name);
  const auto underscore = file_name.find('_');
  if (underscore == std::string_view::npos) {
    return std::nullopt;
  }
  const auto version = parse_version(file_name.substr(0, underscore));
  const auto name = file_name.substr(underscore + 1);
  if (!version || !is_name(name)) {
    return std::nullopt;
  }
  return MigrationFileName{*version, name, dialect};
}

}  // namespace tenancy::inline v0::detail
