#include "storage/postgres/spelling.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>

#include "storage/sql_tokens.hpp"

namespace tenancy::inline v0::detail::postgres {
namespace {

/// Writes tokens, each in its spelling.
class Speller {
 public:
  explicit Speller(const SqlTokens& tokens) noexcept : tokens_{tokens} {}

  Spelling spell() && {
    for (at_ = 0; at_ < tokens_.size(); ++at_) {
      write(tokens_[at_]);
    }
    return std::move(spelling_);
  }

 private:
  [[nodiscard]] bool is(std::size_t at, std::string_view keyword) const noexcept {
    return at < tokens_.size() && tokens_[at].is(keyword);
  }
  [[nodiscard]] bool is(std::size_t at, char mark) const noexcept {
    return at < tokens_.size() && tokens_[at].is(mark);
  }
  [[nodiscard]] bool is_behind(std::string_view keyword) const noexcept {
    return at_ > 0 && is(at_ - 1, keyword);
  }

  void append(const SqlToken& token, std::string_view text) {
    if (token.is_apart && at_ > 0) {
      spelling_.sql += ' ';
    }
    spelling_.sql += text;
  }

  void write(const SqlToken& token) {
    if (at_ == 0) {
      spelling_.reads_only = token.is("SELECT") || token.is("WITH") || token.is("VALUES");
    }
    if (token.text.starts_with('?')) {
      write_parameter(token);
    } else if (token.is("OR") && is(at_ + 1, "ABORT")) {
      ++at_;  // What PostgreSQL does in any case.
    } else if (token.is("LIKE")) {
      // Without regard to the case of ASCII letters, and to that of no others.
      append(token, "COLLATE \"C\" ILIKE");
    } else if (token.is("BINARY") && is_behind("COLLATE")) {
      append(token, "\"C\"");
    } else if (token.is("BLOB") && is_behind("AS")) {
      append(token, "BYTEA");
    } else if (token.is("VALUES") && at_ > 1 && is(at_ - 1, '(') && is(at_ - 2, "IN")) {
      // Rows of a list, whose parameters have the types of the columns.
    } else if (token.is("TOTAL") && is(at_ + 1, '(') && is(at_ + 3, ')')) {
      append(token, "coalesce(sum(");
      spelling_.sql += tokens_[at_ + 2].text;
      spelling_.sql += "), 0::float8)";
      at_ += 3;
    } else {
      append(token, token.text);
    }
  }

  /// A parameter without a number has the one behind the highest so far.
  void write_parameter(const SqlToken& token) {
    std::size_t number = highest_ + 1;
    const char* const end = token.text.data() + token.text.size();
    std::from_chars(token.text.data() + 1, end, number);
    highest_ = std::max(highest_, number);
    if (spelling_.used.size() < number) {
      spelling_.used.resize(number);
    }
    spelling_.used[number - 1] = true;
    spelling_.takes_tenant = spelling_.takes_tenant || token.text == "?1";
    append(token, "$" + std::to_string(number));
  }

  const SqlTokens& tokens_;
  std::size_t at_ = 0;
  std::size_t highest_ = 0;
  Spelling spelling_{{}, false, false};
};

}  // namespace

Spelling spell(std::string_view sql) {
  const auto tokens = sql_tokens(sql);
  return Speller{tokens}.spell();
}

}  // namespace tenancy::inline v0::detail::postgres
