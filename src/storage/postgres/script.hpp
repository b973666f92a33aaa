#pragma once

#include <string_view>

#include "storage/backend.hpp"

namespace tenancy::inline v0::detail::postgres {

/// Runs the statements of a migration inside the open transaction, as a procedure of the server
/// runs them: none of them can end the transaction.
///
/// Errors: `migration_failed` for a host's that changed the library's tables, functions or
/// policies; those of the statements.
Result<void> run_script(ControlSession& session, std::string_view sql, ScriptOwner owner);

}  // namespace tenancy::inline v0::detail::postgres
