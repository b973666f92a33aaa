#pragma once

#include <string_view>

#include <libpq-fe.h>

#include "tenancy/core/error.hpp"

#include "storage/postgres/unique_keys.hpp"

namespace tenancy::inline v0::detail::postgres {

/// The library's code for an SQLSTATE.
/// Source: https://www.postgresql.org/docs/15/errcodes-appendix.html
errc to_errc(std::string_view sqlstate) noexcept;

/// What a failed result says; the keys may be null. Isolation: names of tables, columns and
/// constraints, and never a value, which the engine's own messages and details may hold.
Error to_error(const PGresult* failed, std::string_view what_was_tried,
               const UniqueKeys* unique_keys, SourceLocation where = SourceLocation::current());

std::string_view sqlstate_of(const PGresult* failed) noexcept;

/// Whether others stood in the way, and the same transaction may succeed if it is run again.
bool is_lost_to_others(std::string_view sqlstate) noexcept;

}  // namespace tenancy::inline v0::detail::postgres
