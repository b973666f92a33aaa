#include "storage/postgres/query_tokens.hpp"

#include <algorithm>
#include <optional>

#include "storage/sql_tokens.hpp"

namespace tenancy::inline v0::detail::postgres {
namespace {

using Kind = QueryToken::Kind;

constexpr std::string_view operator_letters = "~!@#^&|`+-*/%<>=?";

bool is_space(char letter) noexcept { return letter == ' ' || (letter >= '\t' && letter <= '\r'); }
bool is_digit(char letter) noexcept { return letter >= '0' && letter <= '9'; }
bool begins_name(char letter) noexcept {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || letter == '_' ||
         static_cast<unsigned char>(letter) >= 0x80;
}
bool is_in_name(char letter) noexcept {
  return begins_name(letter) || is_digit(letter) || letter == '$';
}

Error malformed(std::string_view what) { return Error{errc::invalid_query, std::string{what}}; }

class Reader {
 public:
  explicit Reader(std::string_view sql) noexcept : sql_{sql} {}

  Result<QueryTokens> read() {
    while (true) {
      BOOST_OUTCOME_TRY(skip_blank());
      if (at_ == sql_.size()) {
        return std::move(tokens_);
      }
      BOOST_OUTCOME_TRY(read_one());
    }
  }

 private:
  [[nodiscard]] char letter(std::size_t ahead = 0) const noexcept {
    return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0';
  }
  [[nodiscard]] bool begins(std::string_view with) const noexcept {
    return sql_.substr(at_).starts_with(with);
  }

  void add(Kind kind, std::size_t end, std::string name = {}) {
    tokens_.push_back({kind, sql_.substr(at_, end - at_), std::move(name)});
    at_ = end;
  }

  Result<void> skip_blank() {
    while (at_ < sql_.size()) {
      if (is_space(letter())) {
        ++at_;
      } else if (begins("--")) {
        // The server ends a comment at either.
        at_ = std::min(sql_.find_first_of("\r\n", at_), sql_.size());
      } else if (begins("/*")) {
        BOOST_OUTCOME_TRY(skip_comment());
      } else {
        break;
      }
    }
    return success();
  }

  /// Comments stand in each other.
  Result<void> skip_comment() {
    std::size_t open = 0;
    do {
      if (at_ >= sql_.size()) {
        return malformed("a comment is not closed");
      }
      if (begins("/*")) {
        ++open;
        at_ += 2;
      } else if (begins("*/")) {
        --open;
        at_ += 2;
      } else {
        ++at_;
      }
    } while (open > 0);
    return success();
  }

  Result<void> read_one() {
    const char first = letter();
    if (first == '\'') {
      return read_literal(at_, false);
    }
    if (first == '"') {
      return read_quoted();
    }
    if (begins_name(first)) {
      return read_word();
    }
    if (is_digit(first) || (first == '.' && is_digit(letter(1)))) {
      return read_number();
    }
    if (first == '$') {
      return read_dollar();
    }
    if (first == ':') {
      return read_colon();
    }
    if (operator_letters.find(first) != std::string_view::npos) {
      return read_operation();
    }
    constexpr std::string_view marks = "()[],;.";
    if (marks.find(first) == std::string_view::npos) {
      return malformed("the text holds a character that has no meaning in SQL");
    }
    add(Kind::mark, at_ + 1);
    return success();
  }

  /// From the quote at `quote` on. What is written behind one that is closed would go on in it, if
  /// there is a line's end between.
  Result<void> read_literal(std::size_t quote, bool has_escapes) {
    if (!tokens_.empty() && tokens_.back().kind == Kind::literal) {
      return malformed("a text stands right behind another: write them as one, or with ||");
    }
    std::size_t end = quote + 1;
    while (true) {
      if (end >= sql_.size()) {
        return malformed("a text is not closed");
      }
      const bool is_pair = (has_escapes && sql_[end] == '\\') || sql_.substr(end).starts_with("''");
      if (!is_pair && sql_[end] == '\'') {
        break;
      }
      end += is_pair ? 2 : 1;
    }
    add(Kind::literal, end + 1);
    return success();
  }

  Result<void> read_quoted() {
    std::string name;
    std::size_t end = at_ + 1;
    while (true) {
      if (end >= sql_.size()) {
        return malformed("a name in quotes is not closed");
      }
      if (sql_[end] != '"') {
        name += sql_[end++];
      } else if (end + 1 < sql_.size() && sql_[end + 1] == '"') {
        name += '"';
        end += 2;
      } else {
        break;
      }
    }
    if (name.empty()) {
      return malformed("a name in quotes is empty");
    }
    add(Kind::quoted, end + 1, std::move(name));
    return success();
  }

  Result<void> read_word() {
    const char first = lower_case(letter());
    if (letter(1) == '\'' && (first == 'e' || first == 'b' || first == 'x' || first == 'n')) {
      return read_literal(at_ + 1, first == 'e');
    }
    if (first == 'u' && letter(1) == '&' && (letter(2) == '\'' || letter(2) == '"')) {
      return malformed("names and texts with U& are not taken: write the letters themselves");
    }
    std::size_t end = at_;
    std::string name;
    while (end < sql_.size() && is_in_name(sql_[end])) {
      name += lower_case(sql_[end++]);
    }
    add(Kind::word, end, std::move(name));
    return success();
  }

  /// Only what all versions read alike.
  Result<void> read_number() {
    std::size_t end = at_;
    const auto skip_digits = [&] {
      while (end < sql_.size() && is_digit(sql_[end])) {
        ++end;
      }
    };
    skip_digits();
    if (end < sql_.size() && sql_[end] == '.') {
      ++end;
      skip_digits();
    }
    if (end < sql_.size() && lower_case(sql_[end]) == 'e') {
      ++end;
      if (end < sql_.size() && (sql_[end] == '+' || sql_[end] == '-')) {
        ++end;
      }
      if (end >= sql_.size() || !is_digit(sql_[end])) {
        return malformed("a number has no exponent behind its E");
      }
      skip_digits();
    }
    if (end < sql_.size() && (is_in_name(sql_[end]) || sql_[end] == '.')) {
      return malformed("a number is not apart from what is behind it");
    }
    add(Kind::number, end);
    return success();
  }

  Result<void> read_dollar() {
    std::size_t end = at_ + 1;
    if (is_digit(letter(1))) {
      while (end < sql_.size() && is_digit(sql_[end])) {
        ++end;
      }
      return add_parameter(end);
    }
    while (end < sql_.size() && is_in_name(sql_[end]) && sql_[end] != '$') {
      ++end;
    }
    if (end >= sql_.size() || sql_[end] != '$') {
      return malformed("a $ begins neither a parameter nor a text");
    }
    if (!tokens_.empty() && tokens_.back().kind == Kind::literal) {
      return malformed("a text stands right behind another: write them as one, or with ||");
    }
    const auto tag = sql_.substr(at_, end + 1 - at_);
    const auto closing = sql_.find(tag, end + 1);
    if (closing == std::string_view::npos) {
      return malformed("a text is not closed");
    }
    add(Kind::literal, closing + tag.size());
    return success();
  }

  Result<void> read_colon() {
    if (letter(1) == ':') {
      add(Kind::mark, at_ + 2);
      return success();
    }
    if (!begins_name(letter(1))) {
      add(Kind::mark, at_ + 1);
      return success();
    }
    std::size_t end = at_ + 1;
    while (end < sql_.size() && is_in_name(sql_[end])) {
      ++end;
    }
    return add_parameter(end);
  }

  Result<void> add_parameter(std::size_t end) {
    if (end < sql_.size() && is_in_name(sql_[end])) {
      return malformed("a parameter is not apart from what is behind it");
    }
    add(Kind::parameter, end);
    return success();
  }

  /// As far as its letters go and no comment begins.
  Result<void> read_operation() {
    std::size_t end = at_;
    while (end < sql_.size() && operator_letters.find(sql_[end]) != std::string_view::npos) {
      const auto rest = sql_.substr(end);
      if (rest.starts_with("--") || rest.starts_with("/*")) {
        break;
      }
      if (sql_[end] == '?' && !rest.starts_with("??")) {
        break;
      }
      end += sql_[end] == '?' ? 2U : 1U;
    }
    if (end != at_) {
      add(Kind::operation, end);
      return success();
    }
    ++end;
    while (end < sql_.size() && is_digit(sql_[end])) {
      ++end;
    }
    return add_parameter(end);
  }

  const std::string_view sql_;
  std::size_t at_ = 0;
  QueryTokens tokens_;
};

}  // namespace

Result<QueryTokens> query_tokens(std::string_view sql) {
  if (sql.find('\0') != std::string_view::npos) {
    return malformed("the text holds a NUL character");
  }
  return Reader{sql}.read();
}

}  // namespace tenancy::inline v0::detail::postgres
