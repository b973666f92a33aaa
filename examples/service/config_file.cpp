#include "service/config_file.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

namespace tenantd {
namespace {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_key_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '-';
}
constexpr bool is_control(char c) noexcept {
  return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == '\x7f';
}

void append_utf8(std::string& text, std::uint32_t code) {
  const auto tail = [&](unsigned shift) {
    text += static_cast<char>(0x80U | ((code >> shift) & 0x3fU));
  };
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xc0U | (code >> 6U));
    tail(0);
  } else if (code < 0x10000) {
    text += static_cast<char>(0xe0U | (code >> 12U));
    tail(6);
    tail(0);
  } else {
    text += static_cast<char>(0xf0U | (code >> 18U));
    tail(12);
    tail(6);
    tail(0);
  }
}

/// Goes through the text once; the first mistake ends it.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_{text} {}

  std::variant<std::vector<ConfigEntry>, ConfigMistake> read() {
    std::vector<ConfigEntry> entries;
    while (skip_to_entry()) {
      ConfigEntry entry{read_key(), {}, line_};
      const bool is_twice =
          std::any_of(entries.begin(), entries.end(),
                      [&](const ConfigEntry& other) { return other.key == entry.key; });
      if (is_twice) {
        complain(entry.key + " is set twice");
      }
      skip_blanks();
      if (!take('=')) {
        complain("expected `key = value`");
      }
      skip_blanks();
      entry.value = read_value();
      end_line();
      if (mistake_) {
        break;
      }
      entries.push_back(std::move(entry));
    }
    if (mistake_) {
      return *std::move(mistake_);
    }
    return entries;
  }

 private:
  [[nodiscard]] bool is_at_end() const noexcept { return text_.empty() || mistake_.has_value(); }
  [[nodiscard]] char next() const noexcept { return text_.empty() ? '\0' : text_.front(); }

  bool take(char c) {
    if (text_.empty() || text_.front() != c) {
      return false;
    }
    line_ += c == '\n' ? 1U : 0U;
    text_.remove_prefix(1);
    return true;
  }

  bool take_line_end() {
    if (text_.starts_with("\r\n")) {
      text_.remove_prefix(1);
    }
    return take('\n');
  }

  void complain(std::string what) {
    if (!mistake_) {
      mistake_ = ConfigMistake{line_, std::move(what)};
    }
  }

  void skip_blanks() {
    while (take(' ') || take('\t')) {
    }
  }

  void skip_comment() {
    if (next() != '#') {
      return;
    }
    while (!text_.empty() && next() != '\n' && !text_.starts_with("\r\n")) {
      if (is_control(next())) {
        complain("a comment holds a control character");
        return;
      }
      text_.remove_prefix(1);
    }
  }

  /// False at the end of the text.
  bool skip_to_entry() {
    do {
      skip_blanks();
      skip_comment();
    } while (!is_at_end() && take_line_end());
    return !is_at_end();
  }

  /// Blanks, comments and ends of lines, within a list.
  void skip_space() {
    do {
      skip_blanks();
      skip_comment();
    } while (!is_at_end() && take_line_end());
  }

  void end_line() {
    skip_blanks();
    skip_comment();
    if (!text_.empty() && !take_line_end()) {
      complain("expected the end of the line");
    }
  }

  std::string read_key() {
    if (next() == '[') {
      complain("there are no tables here: all settings stand at the top");
    }
    std::string key;
    while (is_key_character(next())) {
      key += next();
      text_.remove_prefix(1);
    }
    if (key.empty()) {
      complain("expected `key = value`");
    }
    return key;
  }

  std::string read_value() {
    switch (next()) {
      case '"':
        return read_basic_text();
      case '\'':
        return read_literal_text();
      case '[':
        return read_list();
      default:
        return read_word();
    }
  }

  std::string read_word() {
    const auto end = std::find_if_not(text_.begin(), text_.end(), [](char c) {
      return is_key_character(c) || c == '+' || c == '.' || c == ':';
    });
    const auto word = text_.substr(0, static_cast<std::size_t>(end - text_.begin()));
    text_.remove_prefix(word.size());
    if (word == "true" || word == "false") {
      return std::string{word};
    }
    auto number = whole_number(word);
    if (!number) {
      complain("expected a text in quotes, a whole number, true, false or a list of texts");
    }
    return std::move(number).value_or("");
  }

  static std::optional<std::string> whole_number(std::string_view word) {
    std::string digits;
    if (word.starts_with('-') || word.starts_with('+')) {
      digits = word.starts_with('-') ? "-" : "";
      word.remove_prefix(1);
    }
    const bool is_zero_led = word.size() > 1 && word.front() == '0';
    if (word.empty() || is_zero_led || !is_digit(word.front()) || !is_digit(word.back())) {
      return std::nullopt;
    }
    for (std::size_t i = 0; i < word.size(); ++i) {
      if (is_digit(word[i])) {
        digits += word[i];
      } else if (word[i] != '_' || word[i - 1] == '_') {
        return std::nullopt;
      }
    }
    return digits;
  }

  std::string read_literal_text() {
    take('\'');
    std::string value;
    while (!is_at_end() && next() != '\'' && !is_control(next())) {
      value += next();
      text_.remove_prefix(1);
    }
    close_text('\'');
    return value;
  }

  std::string read_basic_text() {
    take('"');
    std::string value;
    while (!is_at_end() && next() != '"' && !is_control(next())) {
      const char c = next();
      text_.remove_prefix(1);
      if (c == '\\') {
        read_escape(value);
      } else {
        value += c;
      }
    }
    close_text('"');
    return value;
  }

  void close_text(char quote) {
    if (!take(quote)) {
      complain("a text is not closed on its line");
    } else if (next() == quote) {
      complain("texts have one line here, and one quote at each end");
    }
  }

  void read_escape(std::string& value) {
    constexpr std::string_view names = "btnfr\"\\";
    constexpr std::string_view meant = "\b\t\n\f\r\"\\";
    const char c = next();
    if (const auto place = names.find(c); !text_.empty() && place != std::string_view::npos) {
      text_.remove_prefix(1);
      value += meant[place];
    } else if (c == 'u' || c == 'U') {
      text_.remove_prefix(1);
      read_code(value, c == 'u' ? 4 : 8);
    } else {
      complain("a text holds an unknown escape; backslashes are doubled");
    }
  }

  void read_code(std::string& value, std::size_t digits) {
    constexpr std::string_view hexadecimal = "0123456789abcdefABCDEF";
    std::uint32_t code = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      const auto place = text_.empty() ? std::string_view::npos : hexadecimal.find(next());
      if (place == std::string_view::npos) {
        complain("an escape has too few digits");
        return;
      }
      code = code * 16 + static_cast<std::uint32_t>(place < 16 ? place : place - 6);
      text_.remove_prefix(1);
    }
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
      complain("an escape is no character");
      return;
    }
    append_utf8(value, code);
  }

  std::string read_list() {
    take('[');
    std::string joined;
    skip_space();
    for (bool is_first = true; !is_at_end() && next() != ']'; is_first = false) {
      if (next() != '"' && next() != '\'') {
        complain("a list holds texts");
        return joined;
      }
      const std::string value = read_value();
      if (value.empty() || value.find(',') != std::string::npos) {
        complain("the texts of a list are neither empty nor hold commas");
      }
      joined.append(is_first ? "" : ",").append(value);
      skip_space();
      if (!take(',')) {
        break;
      }
      skip_space();
    }
    if (!take(']')) {
      complain("a list is not closed");
    }
    return joined;
  }

  std::string_view text_;
  std::size_t line_ = 1;
  std::optional<ConfigMistake> mistake_;
};

}  // namespace

std::variant<std::vector<ConfigEntry>, ConfigMistake> parse_config(std::string_view text) {
  return Reader{text}.read();
}

std::string toml_text(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
    }
    if (is_control(c)) {
      const auto byte = static_cast<unsigned char>(c);
      quoted.append("\\u00").append(1, digits[byte >> 4U]).append(1, digits[byte & 15U]);
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

}  // namespace tenantd
