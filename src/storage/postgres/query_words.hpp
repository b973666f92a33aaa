#pragma once

#include <array>
#include <span>
#include <string_view>

namespace tenancy::inline v0::detail::postgres {

// What a query that a tenant wrote may say. All lists are in small letters and in order.

/// Functions that it may call. None is volatile, tells of the server, the session or who asks, goes
/// to the catalogue, or makes a long value of short ones.
std::span<const std::string_view> query_functions() noexcept;

/// Keywords that may stand before a parenthesis and call nothing there.
std::span<const std::string_view> query_keywords() noexcept;

/// Types that it may cast to and write literals of.
std::span<const std::string_view> query_types() noexcept;

/// Words that it may not use in any place, unless they are quoted.
std::span<const std::string_view> refused_words() noexcept;

/// Words that begin statements which are no query.
std::span<const std::string_view> command_words() noexcept;

[[nodiscard]] bool contains(std::span<const std::string_view> list, std::string_view word) noexcept;

}  // namespace tenancy::inline v0::detail::postgres
