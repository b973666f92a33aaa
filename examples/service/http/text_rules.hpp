#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace tenantd {

/// What is wrong with a text, for people; nothing when it is right.
using TextRule = std::optional<std::string_view> (*)(std::string_view text);

/// Whether a well-formed UTF-8 text has a control character: C0 but those, DEL or C1.
[[nodiscard]] bool has_control_character(std::string_view text, std::string_view but = {}) noexcept;

/// Whatever it says.
[[nodiscard]] std::optional<std::string_view> any_text_rule(std::string_view text);

/// 1 to 2,000 bytes without control characters but line ends and tabs.
[[nodiscard]] std::optional<std::string_view> message_rule(std::string_view text);

/// 1 to 200 bytes without control characters.
[[nodiscard]] std::optional<std::string_view> long_name_rule(std::string_view text);

/// 1 to 100 bytes without control characters.
[[nodiscard]] std::optional<std::string_view> short_name_rule(std::string_view text);

/// An http or https URL with a host, of at most 2,000 bytes, all of them characters that a URL may
/// have, so that it can be put into a page or a header as it is.
[[nodiscard]] std::optional<std::string_view> web_url_rule(std::string_view text);

}  // namespace tenantd
