#pragma once

#include "tenancy/storage/store_kind.hpp"

namespace tenancy_test::wrong {

// Kinds of stores in front of another one, "wrong:URL", each of which breaks one promise.

tenancy::StoreKind honest();  ///< Breaks none.

tenancy::StoreKind forgets_predicate();
tenancy::StoreKind leaks_tenant();
tenancy::StoreKind does_not_poison();
tenancy::StoreKind lets_suspended_in();
tenancy::StoreKind lets_stale_in();
tenancy::StoreKind takes_foreign_contexts();
tenancy::StoreKind ignores_scope();
tenancy::StoreKind loses_commits();
tenancy::StoreKind forgets_when_closed();
tenancy::StoreKind swallows_rollback();
tenancy::StoreKind keeps_what_threw();
tenancy::StoreKind commits_half();
tenancy::StoreKind tears_snapshot();
tenancy::StoreKind reorders();
tenancy::StoreKind maps_errors_wrongly();
tenancy::StoreKind takes_empty_for_null();
tenancy::StoreKind ignores_deadlines();
tenancy::StoreKind ignores_limits();
tenancy::StoreKind swallows_exceptions();
tenancy::StoreKind acknowledges_early();
tenancy::StoreKind splits_writes();
tenancy::StoreKind reads_beside();
tenancy::StoreKind writes_in_reads();
tenancy::StoreKind caches_rows();
tenancy::StoreKind keeps_failed_controls();
tenancy::StoreKind keeps_failed_steps();
tenancy::StoreKind loses_changes_of_tenants();
tenancy::StoreKind finds_nothing();
tenancy::StoreKind asks_for_others();
tenancy::StoreKind tells_nested_writes_otherwise();
tenancy::StoreKind tells_forks_otherwise();
tenancy::StoreKind tells_references_otherwise();
tenancy::StoreKind tells_checks_otherwise();

// Those whose connections `cut` cuts, however many are open.
tenancy::StoreKind can_be_cut();  ///< Breaks no promise by it.
tenancy::StoreKind acknowledges_what_was_cut();
tenancy::StoreKind does_not_tell_of_cuts();
void cut();

}  // namespace tenancy_test::wrong
