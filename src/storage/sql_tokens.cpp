#include "storage/sql_tokens.hpp"

#include <algorithm>

namespace tenancy::inline v0::detail {
namespace {

using Kind = SqlToken::Kind;

bool is_space(char letter) noexcept { return letter == ' ' || (letter >= '\t' && letter <= '\r'); }

/// Source: https://www.sqlite.org/lang_keywords.html and SQLite's tokenizer: every byte beyond
/// ASCII belongs to a name.
bool is_letter(char letter) noexcept {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
         (letter >= '0' && letter <= '9') || letter == '_' || letter == '$' ||
         static_cast<unsigned char>(letter) >= 0x80;
}

/// A byte order mark is a blank where a token may begin, and a part of a name within one.
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::size_t behind(std::size_t found, std::size_t length, std::string_view sql) noexcept {
  return found == std::string_view::npos ? sql.size() : found + length;
}

/// Behind the blank or comment that begins here; here where none does.
std::size_t end_of_blank(std::string_view sql, std::size_t at) noexcept {
  if (is_space(sql[at])) {
    return at + 1;
  }
  if (sql.substr(at).starts_with(byte_order_mark)) {
    return at + byte_order_mark.size();
  }
  if (sql.substr(at, 2) == "--") {
    return behind(sql.find('\n', at), 1, sql);
  }
  if (sql.substr(at, 2) == "/*") {
    return behind(sql.find("*/", at + 2), 2, sql);
  }
  return at;
}

/// Behind the quote that closes what is opened here. A doubled one stands for itself.
std::size_t end_of_quoted(std::string_view sql, std::size_t at) noexcept {
  const char opening = sql[at];
  const char closing = opening == '[' ? ']' : opening;
  std::size_t end = behind(sql.find(closing, at + 1), 1, sql);
  while (opening != '[' && end < sql.size() && sql[end] == closing) {
    end = behind(sql.find(closing, end + 1), 1, sql);
  }
  return end;
}

/// Behind the parameter that begins here, such as `:a`, `$a::b` or `$a(b'c)`: behind a name, what
/// is in parentheses belongs to it, up to a space. Here where there is no name.
std::size_t end_of_parameter(std::string_view sql, std::size_t at) noexcept {
  std::size_t end = at + 1;
  while (end < sql.size()) {
    if (is_letter(sql[end])) {
      ++end;
    } else if (sql.substr(end, 2) == "::") {
      end += 2;
    } else {
      break;
    }
  }
  if (end == at + 1 || end >= sql.size() || sql[end] != '(') {
    return end == at + 1 ? at : end;
  }
  while (end < sql.size() && sql[end] != ')' && !is_space(sql[end])) {
    ++end;
  }
  return end < sql.size() && sql[end] == ')' ? end + 1 : end;
}

/// Behind the hexadecimal number that begins here; here where none does. A letter behind it begins
/// a word, as in `0x1IN`, while SQLite takes one behind any other number for a part of it.
std::size_t end_of_hexadecimal(std::string_view sql, std::size_t at) noexcept {
  const auto number = sql.substr(at);
  if (!number.starts_with("0x") && !number.starts_with("0X")) {
    return at;
  }
  const auto end = std::min(sql.find_first_not_of("0123456789abcdefABCDEF", at + 2), sql.size());
  return end == at + 2 ? at : end;
}

SqlToken token_at(std::string_view sql, std::size_t at) noexcept {
  const auto until = [&](Kind kind, std::size_t end) {
    return SqlToken{kind, sql.substr(at, end - at), false};
  };
  const char first = sql[at];
  if (first == '\'') {
    return until(Kind::literal, end_of_quoted(sql, at));
  }
  if (first == '"' || first == '`' || first == '[') {
    return until(Kind::quoted, end_of_quoted(sql, at));
  }
  if ((first == 'x' || first == 'X') && sql.substr(at + 1, 1) == "'") {
    return until(Kind::literal, end_of_quoted(sql, at + 1));
  }
  if (first == '$' || first == '@' || first == ':' || first == '#') {
    const auto end = end_of_parameter(sql, at);
    return end == at ? until(Kind::mark, at + 1) : until(Kind::word, end);
  }
  if (first == '?') {
    // What is behind its number is a word of its own.
    const auto end = std::min(sql.find_first_not_of("0123456789", at + 1), sql.size());
    return until(end == at + 1 ? Kind::mark : Kind::word, end);
  }
  if (!is_letter(first)) {
    return until(Kind::mark, at + 1);
  }
  if (const auto end = end_of_hexadecimal(sql, at); end != at) {
    return until(Kind::word, end);
  }
  const auto* const end = std::ranges::find_if_not(sql.substr(at), &is_letter);
  return until(Kind::word, at + static_cast<std::size_t>(end - sql.substr(at).begin()));
}

}  // namespace

std::string SqlToken::name() const {
  if ((kind != Kind::quoted && kind != Kind::literal) || text.size() < 2 || text.front() == 'x' ||
      text.front() == 'X') {
    return std::string{text};
  }
  const char closing = text.back();
  std::string name;
  for (std::size_t at = 1; at + 1 < text.size(); ++at) {
    name += text[at];
    if (text[at] == closing && text.front() == closing) {
      ++at;
    }
  }
  return name;
}

SqlTokens sql_tokens(std::string_view sql) {
  SqlTokens tokens;
  constexpr std::size_t usual_length = 4;
  tokens.reserve(sql.size() / usual_length + 1);
  bool is_apart = false;
  for (std::size_t at = 0; at < sql.size();) {
    const auto end = end_of_blank(sql, at);
    if (end != at) {
      is_apart = true;
      at = end;
      continue;
    }
    auto& token = tokens.emplace_back(token_at(sql, at));
    token.is_apart = is_apart;
    is_apart = false;
    at += token.text.size();
  }
  return tokens;
}

std::string sql_text(std::span<const SqlToken> tokens) {
  std::string text;
  for (const SqlToken& token : tokens) {
    if (token.is_apart && !text.empty()) {
      text += ' ';
    }
    text += token.text;
  }
  return text;
}

std::size_t find_keywords(std::span<const SqlToken> tokens,
                          std::initializer_list<std::string_view> keywords) {
  const auto found = std::search(
      tokens.begin(), tokens.end(), keywords.begin(), keywords.end(),
      [](const SqlToken& token, std::string_view keyword) { return token.is(keyword); });
  return static_cast<std::size_t>(found - tokens.begin());
}

std::string sql_name(std::string_view name) {
  std::string quoted = "\"";
  for (const char letter : name) {
    quoted.append(letter == '"' ? 2 : 1, letter);
  }
  return quoted + '"';
}

bool calls_plainly(std::span<const SqlToken> tokens,
                   std::initializer_list<std::string_view> functions) {
  for (std::size_t at = 0; at + 2 < tokens.size(); ++at) {
    if (tokens[at + 1].is('(') && tokens[at + 2].is(')') && tokens[at].kind != Kind::literal &&
        std::ranges::any_of(functions, [&, name = tokens[at].name()](std::string_view function) {
          return is_same_name(name, function);
        })) {
      return true;
    }
  }
  return false;
}

}  // namespace tenancy::inline v0::detail
