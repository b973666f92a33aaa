#pragma once

#include <string>
#include <string_view>

namespace tenancy::inline v0::detail {

/// Functions that tell what the connection did before, for whichever tenant.
bool asks_connection(std::string_view sql);
/// The same of PostgreSQL: functions that tell or keep what the connection did before, or count or
/// measure what the whole server does.
bool asks_server(std::string_view sql);

/// Whether something in it ends a transaction that others share: `ON CONFLICT ROLLBACK`,
/// `RAISE(ROLLBACK)`, `INSERT OR ROLLBACK`.
bool rolls_back(std::string_view sql);

/// Whether it defers the check of a reference to the commit.
bool defers(std::string_view sql);

/// The same text that stops the statement instead of the transaction, and checks at its end.
std::string without_rollback(std::string_view sql);
std::string without_deferral(std::string_view sql);

/// The same text with a keyword for others: `SET NULL` becomes `RESTRICT`.
std::string without_set_actions(std::string_view sql);

/// The same text in which the first list in parentheses begins with the tenant, and has it nowhere
/// else: a key's, a unique constraint's or an index's.
std::string led_by_tenant(std::string_view sql);

}  // namespace tenancy::inline v0::detail
