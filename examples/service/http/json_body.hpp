#pragma once

#include <cstddef>
#include <string_view>

#include <nlohmann/json.hpp>

#include "service/http/problem.hpp"

namespace tenantd {

inline constexpr std::size_t max_json_values = 100'000;

/// The object that a body is.
///
/// What readers take in different ways is refused, at any depth: names that stand twice in an
/// object, whole numbers beyond 64 bits, numbers beyond those of double precision, texts that are
/// not UTF-8, a byte order mark; what nests more than 32 deep; and what has more than
/// `max_json_values` values, each object, array, text, number and literal being one: the object
/// would hold many times the body. Errors: 400 with the place where reading stopped. Source: RFC
/// 8259, RFC 7493 §2.
Reply<nlohmann::json> read_json_object(std::string_view body);

}  // namespace tenantd
