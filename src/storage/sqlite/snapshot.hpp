#pragma once

#include <optional>

#include "tenancy/storage/detail/statement.hpp"

#include "storage/sqlite/connection.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// Begins the snapshot and looks at nothing.
inline constexpr StaticSql touch_sql{"SELECT 1 FROM tenancy_tenants LIMIT 0"};

/// The same, and stands on a row without having looked for it, so that it keeps the snapshot until
/// it is reset.
inline constexpr StaticSql hold_sql{"SELECT 1 UNION ALL SELECT 1 FROM tenancy_tenants"};

/// One view of the database for several statements that read, ended by its destructor. A connection
/// that cannot end it is poisoned.
class Snapshot {
 public:
  /// Fixed by the first statement that follows. Errors: as `to_errc`.
  static Result<Snapshot> begin(Connection& connection);

  /// Fixed at once, so that admissions of before can be told to hold in it.
  static Result<Snapshot> begin_fixed(Connection& connection);
  /// The same without a transaction of its own: a statement that does not end keeps it. Beginning
  /// and ending it cost less, each statement in it more.
  static Result<Snapshot> hold(Connection& connection);

  Snapshot(Snapshot&& other) noexcept
      : connection_{std::exchange(other.connection_, nullptr)}, holder_{std::move(other.holder_)} {}
  Snapshot& operator=(Snapshot&&) = delete;
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;
  ~Snapshot();

 private:
  explicit Snapshot(Connection& connection) noexcept : connection_{&connection} {}

  Connection* connection_;
  std::optional<StatementLease> holder_;
};

}  // namespace tenancy::inline v0::detail::sqlite
