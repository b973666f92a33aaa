#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tenancy/core/call_options.hpp"
#include "tenancy/core/export.hpp"
#include "tenancy/core/result.hpp"
#include "tenancy/core/secret_bytes.hpp"

namespace tenancy::inline v0::postgres {

/// A database for a store and its roles.
struct SetUp {
  std::string database = "tenancy";
  /// Owns the schema and applies its steps.
  std::string owner = "tenancy_owner";
  /// What programs connect as: reads and writes rows, owns nothing.
  std::string application = "tenancy_app";
  /// What queries that tenants write run as: sees the views of their rows and nothing else. Empty
  /// for none.
  std::string queries = "tenancy_query";
  /// How many connections the server takes of that role, from all programs together, unless a limit
  /// is set already. What a function does to a long text is ended by nothing, not even by its
  /// caller's going, so that without a limit such queries could take all connections. 1 to 10,000.
  int query_connections = 50;
  /// What the roles prove themselves with, where the server asks for a password; null for none. A
  /// role that is there already keeps its own. It leaves this process as a SCRAM verifier only.
  /// Ownership: borrowed until `set_up` returns.
  const SecretBytes* owner_password = nullptr;
  const SecretBytes* application_password = nullptr;
  const SecretBytes* queries_password = nullptr;
};

/// Makes what is missing of a database, its owner's role, the application's and that of tenants'
/// queries, and gives them the rights that a store needs and no others. A superuser also takes
/// functions from everybody else that concern other sessions and their locks. May be run again:
/// what is there is left, but for the rights. Gives the statements that it ran, without passwords,
/// for people.
///
/// Thread safety: thread-safe. Of two that set up the same roles or the same database at once, the
/// server may refuse one, which is run again.
/// Units and shapes: the URL is of a role that may make roles and databases, a superuser for
/// example; names are 1 to 63 bytes on one line, those of the roles all different. It connects
/// twice, and has 30 seconds, or until the call's deadline, to have both connections; statements
/// take as long as the deadline allows.
/// Errors: `invalid_url`; `invalid_argument` for names; `unreachable`, `cannot_open`,
/// `unsupported_engine`; `io_error` when libpq makes no verifier of a password, or there is no
/// memory; `deadline_exceeded`, `cancelled`, `transaction_lost`; those of the statements. What was
/// done before one that fails stays.
TENANCY_API Result<std::vector<std::string>> set_up(std::string_view admin_url, const SetUp& what,
                                                    const CallOptions& call = {});

}  // namespace tenancy::inline v0::postgres
