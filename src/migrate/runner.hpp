#pragma once

#include <span>
#include <string_view>

#include "tenancy/migrate/migration.hpp"

#include "storage/backend.hpp"

namespace tenancy::inline v0::detail {

/// The component of the library's own tables.
inline constexpr std::string_view library_component = "tenancy";

/// Brings one component's schema up to date. A component is a series of steps of its own: the
/// library's tables are one (`tenancy`), the host's another (`app`).
///
/// Each step runs in one transaction with its record, which also looks again at what is applied,
/// so that several processes may start at once.
///
/// Errors: `invalid_argument` when the steps are not numbered 1, 2, 3 …; `schema_mismatch` when
/// the store has steps that this list has not, or an applied step reads differently here;
/// `migration_failed`, with the step, when a statement fails; those of the store.
Result<void> migrate(StoreBackend& store, const CallOptions& options, std::string_view component,
                     std::span<const Migration> steps);

}  // namespace tenancy::inline v0::detail
