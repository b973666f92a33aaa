#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>

#include "tenancy/core/export.hpp"
#include "tenancy/core/result.hpp"

namespace tenancy::inline v0 {

/// A tenant's name for people and URLs: one label of a host name.
///
/// Units and shapes: 1 to 63 of `a`–`z`, `0`–`9` and `-`, neither first nor last a hyphen. Labels
/// with hyphens in third and fourth place are refused, since `xn--` would show as other letters,
/// and so are `www` and `api`, which never name a tenant in a host name.
/// Thread safety: immutable.
/// Source: RFC 1123 §2.1, RFC 5891 §4.2.3.1.
class TENANCY_API Slug {
 public:
  static constexpr std::size_t max_length = 63;

  // Moving copies, so that a slug is never empty.
  Slug(const Slug&) = default;
  Slug& operator=(const Slug&) = default;
  ~Slug() = default;

  /// Errors: `invalid_slug`, with the rule that was broken. Nothing is folded or trimmed.
  static Result<Slug> parse(std::string_view text);

  [[nodiscard]] const std::string& to_string() const noexcept { return text_; }

  friend auto operator<=>(const Slug&, const Slug&) noexcept = default;

 private:
  explicit Slug(std::string text) noexcept : text_{std::move(text)} {}

  std::string text_;
};

TENANCY_API std::ostream& operator<<(std::ostream& out, const Slug& slug);

}  // namespace tenancy::inline v0

template <>
struct std::hash<tenancy::Slug> {
  std::size_t operator()(const tenancy::Slug& slug) const noexcept {
    return std::hash<std::string>{}(slug.to_string());
  }
};
