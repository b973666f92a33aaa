#pragma once

#include <cstddef>
#include <string>

#include "tenancy/core/export.hpp"
#include "tenancy/core/timestamp.hpp"

namespace tenancy::inline v0 {

/// The length of what `make_record_id` returns.
inline constexpr std::size_t record_id_length = 26;

/// A fresh identifier for a row: a ULID whose order as text is the order of creation, down to the
/// microsecond. The first 48 bits are milliseconds, the next ten the microseconds within, and 70
/// bits are random, so ids cannot be guessed from one another.
///
/// Source: the ULID specification (Crockford's base 32, upper case).
TENANCY_API std::string make_record_id(Timestamp now);

}  // namespace tenancy::inline v0
