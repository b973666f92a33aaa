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

}  // namespace tenancy_test::wrong
