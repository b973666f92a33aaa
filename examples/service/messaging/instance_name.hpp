#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace tenantd {

/// The name of an instance at a messaging gateway, as it stands in the gateway's paths.
///
/// Units and shapes: 1 to 100 of ASCII letters, digits, `.`, `_` and `-`, the first of them a
/// letter or a digit: what the value of an `instance` identifier may be, but for `..` and the like.
/// Thread safety: immutable.
class InstanceName {
 public:
  /// Nothing when the text is none.
  static std::optional<InstanceName> parse(std::string_view text);

  [[nodiscard]] const std::string& text() const noexcept { return text_; }

  friend auto operator<=>(const InstanceName&, const InstanceName&) noexcept = default;

 private:
  explicit InstanceName(std::string_view text) : text_{text} {}

  std::string text_;
};

/// As a `TextRule`.
[[nodiscard]] std::optional<std::string_view> instance_name_rule(std::string_view text);

}  // namespace tenantd
