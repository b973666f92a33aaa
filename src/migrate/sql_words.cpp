#include "migrate/sql_words.hpp"

namespace tenancy::inline v0::detail {
namespace {

bool is_letter(char letter) noexcept {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
         (letter >= '0' && letter <= '9') || letter == '_';
}

/// Where what begins here ends: a quoted text, a comment, or this one letter.
std::size_t end_of_token(std::string_view sql, std::size_t at) noexcept {
  const auto behind = [&](std::size_t found, std::size_t length) {
    return found == std::string_view::npos ? sql.size() : found + length;
  };
  if (sql.substr(at, 2) == "--") {
    return behind(sql.find('\n', at), 1);
  }
  if (sql.substr(at, 2) == "/*") {
    return behind(sql.find("*/", at + 2), 2);
  }
  const char quote = sql[at] == '[' ? ']' : sql[at];
  // A doubled quote ends one text and begins the next.
  if (quote == ']' || quote == '\'' || quote == '"' || quote == '`') {
    return behind(sql.find(quote, at + 1), 1);
  }
  return at + 1;
}

}  // namespace

std::string bare_words(std::string_view sql) {
  std::string words = " ";
  for (std::size_t at = 0; at < sql.size();) {
    if (!is_letter(sql[at])) {
      if (words.back() != ' ') {
        words += ' ';
      }
      at = end_of_token(sql, at);
      continue;
    }
    const char letter = sql[at++];
    words += letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
  }
  if (words.back() != ' ') {
    words += ' ';
  }
  return words;
}

}  // namespace tenancy::inline v0::detail
