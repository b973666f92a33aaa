#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "storage/sql_tokens.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// Keywords in small letters and alphabetical order, which are looked up by their first letter.
template <std::size_t Size>
class WordList {
 public:
  /// `words` must be sorted.
  constexpr explicit WordList(const std::array<std::string_view, Size>& words) : words_{words} {
    for (const std::string_view word : words_) {
      for (std::size_t letter = place_of(word.front()) + 1; letter < starts_.size(); ++letter) {
        ++starts_[letter];
      }
    }
  }

  /// Whether the token is one of them, and neither quoted nor a mark.
  [[nodiscard]] bool contains(const SqlToken& token) const noexcept {
    const std::size_t letter = place_of(token.text.front());
    if (letter >= letters) {
      return false;
    }
    std::size_t at = starts_[letter];
    while (at < starts_[letter + 1] && !token.is(words_[at])) {
      ++at;
    }
    return at < starts_[letter + 1];
  }

 private:
  static constexpr std::size_t letters = 26;

  static constexpr std::size_t place_of(char letter) noexcept {
    return static_cast<std::size_t>(static_cast<unsigned char>(letter) | 0x20U) - 'a';
  }

  std::array<std::string_view, Size> words_;
  std::array<std::size_t, letters + 1> starts_{};  ///< Where the words of each letter begin.
};

}  // namespace tenancy::inline v0::detail::sqlite
