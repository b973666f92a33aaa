#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "storage/call_limits.hpp"
#include "storage/postgres/connection.hpp"
#include "storage/postgres/sessions.hpp"

namespace tenancy::inline v0::detail::postgres {

/// What a connection is looked at for where another server than the store's may answer: that its
/// role may do no more than a store's, and that the database is the one that the store was opened
/// on, or a copy that follows it.
///
/// Thread safety: thread-safe.
class HostCheck {
 public:
  /// Borrows the context.
  HostCheck(const SessionContext& session, bool may_own) noexcept
      : session_{session}, may_own_{may_own} {}

  /// The first one that passes is the store's.
  /// Errors: `unsafe_role`, `foreign_store`, and those of the connection.
  Result<void> look(Connection& connection, const CallLimits& limits, std::string_view what);

 private:
  const SessionContext& session_;
  const bool may_own_;
  std::mutex mutex_;
  std::string identity_;  ///< Empty until there is one.
};

}  // namespace tenancy::inline v0::detail::postgres
