#pragma once

#include "storage/sqlite/connection.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// An open transaction that only reads, ended by its destructor. A connection that cannot end it
/// is poisoned.
class Snapshot {
 public:
  /// Errors: as `to_errc`.
  static Result<Snapshot> begin(Connection& connection);

  /// Fixes what the transaction that is open on the connection sees, which its first statement
  /// would do, so that admissions of before can be told to hold in it.
  static Result<void> fix(Connection& connection);

  Snapshot(Snapshot&& other) noexcept : connection_{std::exchange(other.connection_, nullptr)} {}
  Snapshot& operator=(Snapshot&&) = delete;
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;
  ~Snapshot();

 private:
  explicit Snapshot(Connection& connection) noexcept : connection_{&connection} {}

  Connection* connection_;
};

}  // namespace tenancy::inline v0::detail::sqlite
