#pragma once

#include "tenancy/core/detail/context_reader.hpp"
#include "tenancy/storage/detail/forwarding_backend.hpp"
#include "tenancy/storage/detail/store_backend.hpp"
#include "tenancy/storage/detail/store_opener.hpp"
#include "tenancy/storage/detail/tenant_gate.hpp"
#include "tenancy/storage/store_kind.hpp"

/// What a backend is written with: a kind of store of somebody else's, which `OpenOptions::kinds`
/// takes. docs/backends.md is the guide, and `tenancy::conformance` tells whether one keeps what
/// stores promise.
///
/// Isolation: a backend is trusted code of the host's, like what opens the store. What is here
/// reads contexts and makes none, and leads to no store that is open already.
namespace tenancy::inline v0::backend {

// How stores of a kind are opened.
using detail::FileAge;
using detail::FileSchema;
using detail::find_opener;
using detail::StoreInspection;
using detail::StoreOpener;
using detail::StoreOpening;

// What is opened.
using detail::ForwardingBackend;
using detail::StoreBackend;
using detail::StoreFiles;
using detail::StoreStatus;

// Its transactions and their statements.
using detail::AsyncUnit;
using detail::ControlSession;
using detail::CrossingSession;
using detail::CrossingSql;
using detail::FunctionRef;
using detail::ScriptOwner;
using detail::Session;
using detail::ShapedSql;
using detail::Statement;
using detail::StatementLease;
using detail::StaticSql;
using detail::UnitKind;
using detail::ValueType;
using detail::ValueView;

// Who is let in.
using detail::ContextReader;
using detail::credential_gate_sql;
using detail::CredentialId;
using detail::Realm;
using detail::tenant_gate_sql;

// Queries that tenants write.
using detail::ScopedParameter;
using detail::ScopedQuery;
using detail::ScopedSchema;
using detail::ScopedSchemaSource;
using detail::ScopedSink;
using detail::ScopedTable;

}  // namespace tenancy::inline v0::backend
