#pragma once

#include "storage/sqlite/sessions.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// A view of all tenants' rows on a connection that cannot write.
class SqliteCrossingSession final : public CrossingSession {
 public:
  SqliteCrossingSession(const SessionContext& store, Connection& connection) noexcept
      : store_{store}, connection_{connection} {}

  Result<StatementLease> prepare(const CrossingSql& sql) override;
  [[nodiscard]] Dialect dialect() const noexcept override { return Dialect::sqlite; }
  [[nodiscard]] const KeyRing& keys() const noexcept override { return store_.keys; }

 private:
  const SessionContext& store_;
  Connection& connection_;
};

}  // namespace tenancy::inline v0::detail::sqlite
