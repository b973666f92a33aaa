#pragma once

#include <functional>
#include <vector>

#include "tenancy/core/detail/function_ref.hpp"
#include "tenancy/migrate/migration_progress.hpp"

#include "migrate/component.hpp"
#include "migrate/journal.hpp"
#include "storage/backend.hpp"

namespace tenancy::inline v0::detail {

/// What is done around each of a host's steps, in its transaction.
using AroundStep =
    std::function<Result<void>(ControlSession& session, FunctionRef<Result<void>()> step)>;

/// Brings one component's schema up to date.
///
/// Each step runs in one transaction with its record, which also looks again at what is applied,
/// so that several processes may start at once. That transaction is the lock that keeps others
/// from migrating: it ends with the process that holds it, and the wait for it is the call's.
///
/// Errors: `schema_mismatch` when the store has steps that this component has not, an applied step
/// reads differently here, or one was added before those that are applied; `migration_failed`, with
/// the step, when a statement fails; `reference_violation`, with the step, when rows refer to
/// nothing at its end; those of the store. Throws what the listener throws.
Result<void> migrate(StoreBackend& store, const CallOptions& options, const Component& component,
                     const MigrationListener& listener, const AroundStep& around = {});

/// Both components of a store, in the order in which they are applied: the library's, what
/// `between` does, the host's.
Result<void> migrate_all(StoreBackend& store, const CallOptions& options,
                         std::span<const Migration> host_migrations,
                         const MigrationListener& listener, FunctionRef<Result<void>()> between,
                         const AroundStep& around = {});

/// How the steps of both components and those that the store has applied go together. The session
/// may be null, for a store that does not exist yet.
/// Errors: as `Component::create`, and those of the store.
Result<std::vector<MigrationStatus>> compare_all(ControlSession* session, Dialect dialect,
                                                 std::span<const Migration> host_migrations);

/// Errors: `schema_mismatch`, with the first step that is pending.
Result<void> require_nothing_pending(std::span<const MigrationStatus> steps);

}  // namespace tenancy::inline v0::detail
