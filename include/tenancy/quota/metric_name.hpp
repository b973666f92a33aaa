#pragma once

#include <compare>
#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>

#include "tenancy/core/export.hpp"
#include "tenancy/core/result.hpp"

namespace tenancy::inline v0 {

/// What of a tenant's is counted: `deployments`, `messages_sent`.
///
/// Units and shapes: 1 to 64 of `a`–`z`, `0`–`9` and `_`, beginning with a letter.
/// Thread safety: immutable.
class TENANCY_API MetricName {
 public:
  static constexpr std::size_t max_length = 64;

  // Moving copies, so that a name is never empty.
  MetricName(const MetricName&) = default;
  MetricName& operator=(const MetricName&) = default;
  ~MetricName() = default;

  /// Errors: `invalid_metric`, with the rule that was broken. Nothing is folded or trimmed.
  static Result<MetricName> parse(std::string_view text);

  [[nodiscard]] const std::string& to_string() const noexcept { return text_; }

  friend auto operator<=>(const MetricName&, const MetricName&) noexcept = default;

 private:
  explicit MetricName(std::string text) noexcept : text_{std::move(text)} {}

  std::string text_;
};

TENANCY_API std::ostream& operator<<(std::ostream& out, const MetricName& metric);

}  // namespace tenancy::inline v0
