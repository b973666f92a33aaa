#pragma once

#include "storage/backend.hpp"
#include "storage/postgres/connection.hpp"

namespace tenancy::inline v0::detail::postgres {

/// Whether the role that asks may be let in: nothing that it is or may become escapes row-level
/// security. An application's role owns nothing of the schema either, since owners change policies.
///
/// Errors: `unsafe_role`, with what to do.
Result<void> require_safe_role(ControlSession& session, bool may_own);

/// Whether the role that tenants' queries run as sees what is theirs and nothing else: it owns
/// nothing, is a member of nobody, makes nothing, and has rights on no table and in no schema but
/// that of the queries. On a connection that is set up.
///
/// Errors: `unsafe_role`, with what to do; those of the server.
Result<void> require_confined_role(Connection& connection, const IoLimits& limits);

}  // namespace tenancy::inline v0::detail::postgres
