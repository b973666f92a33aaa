#pragma once

#include <chrono>
#include <cstdint>

#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/write_unit.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// The transaction that the units of a batch share: the first runs in it directly, the others
/// under savepoints, and one that is a single statement without triggers needs none.
///
/// SQLite may end the whole transaction because of one unit's statement (a full disk, an
/// interrupted write, RAISE(ROLLBACK)), after which a RELEASE or a further statement would commit
/// on its own. So each unit is followed by a look at whether the transaction is still there.
///
/// Thread safety: thread-compatible.
class WriteBatch {
 public:
  enum class Verdict : std::uint8_t {
    kept,         ///< It is part of the batch.
    rolled_back,  ///< It left nothing behind; the others stand.
    lost,         ///< The transaction is gone, and with it what the others did.
  };

  explicit WriteBatch(Connection& connection) noexcept : connection_{connection} {}

  [[nodiscard]] bool is_open() const noexcept { return connection_.in_transaction(); }

  /// Takes SQLite's write lock. Errors: as `to_errc`; `busy` after the longest wait.
  Result<void> begin(const CallLimits& limits);

  /// Runs a unit and notes what became of it in the unit.
  Verdict run(WriteUnit& unit, bool is_first, std::chrono::milliseconds max_hold);

  /// Errors: `commit_unknown` when the disk failed; otherwise nothing was kept.
  Result<void> commit();

  /// A connection that cannot be rolled back is poisoned.
  void roll_back() noexcept;

 private:
  bool run_body(WriteUnit& unit, bool is_first, std::chrono::milliseconds max_hold);

  Connection& connection_;
};

}  // namespace tenancy::inline v0::detail::sqlite
