#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tenancy/core/export.hpp"

namespace tenancy::inline v0::detail {

/// A capital of ASCII as the small letter, anything else as it is: names differ by no more.
[[nodiscard]] constexpr char lower_case(char letter) noexcept {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

/// Whether two names are the same for SQLite. Here, since most that are compared differ in the
/// first letter.
[[nodiscard]] constexpr bool is_same_name(std::string_view one, std::string_view other) noexcept {
  if (one.size() != other.size()) {
    return false;
  }
  for (std::size_t at = 0; at < one.size(); ++at) {
    if (one[at] != other[at] && lower_case(one[at]) != lower_case(other[at])) {
      return false;
    }
  }
  return true;
}

/// A part of an SQL text that has no space or comment in it.
struct SqlToken {
  enum class Kind : std::uint8_t {
    word,     ///< A keyword, a bare name, a number or a parameter that has a name or number.
    quoted,   ///< `"a"`, `` `a` `` or `[a]`: a name.
    literal,  ///< `'a'` or `x'00'`; as a name, too, where SQLite takes it for one.
    mark,     ///< One letter of anything else.
  };

  Kind kind;
  std::string_view text;  ///< As it stands.
  bool is_apart;          ///< From the one before, by a space or a comment.

  /// Whether it is this keyword, which is never quoted; in capitals.
  [[nodiscard]] bool is(std::string_view keyword) const noexcept {
    return kind == Kind::word && text.size() == keyword.size() && is_same_name(text, keyword);
  }
  [[nodiscard]] bool is(char mark) const noexcept {
    return kind == Kind::mark && text.front() == mark;
  }
  /// What it stands for as a name, without its quotes.
  [[nodiscard]] std::string name() const;
};

using SqlTokens = std::vector<SqlToken>;

/// The tokens of a text, as SQLite finds them. They show parts of the text, which outlives them.
TENANCY_API SqlTokens sql_tokens(std::string_view sql);

/// The text of tokens, with single spaces where they stand apart. The same tokens are found in it.
std::string sql_text(std::span<const SqlToken> tokens);

/// Where these keywords stand in a row, in capitals; the number of tokens when they do not.
std::size_t find_keywords(std::span<const SqlToken> tokens,
                          std::initializer_list<std::string_view> keywords);

/// A name as SQL takes it, whatever is in it.
TENANCY_API std::string sql_name(std::string_view name);

/// Whether one of these functions is called there without arguments; names in capitals.
bool calls_plainly(std::span<const SqlToken> tokens,
                   std::initializer_list<std::string_view> functions);

}  // namespace tenancy::inline v0::detail
