#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "tenancy/core/timestamp.hpp"
#include "tenancy/storage/options.hpp"

namespace tenancy::inline v0::detail {

/// What became of the name under which a store was opened.
enum class StoreFiles : std::uint8_t {
  in_place,
  missing,   ///< The database or its log was deleted or moved away.
  replaced,  ///< Another file has the name.
};

/// A store's own figures, of this moment and this process unless said otherwise. What could not be
/// looked at is not there.
struct StoreStatus {
  std::string engine = {};  ///< With its version.
  std::filesystem::path file = {};
  StoreFiles files = StoreFiles::in_place;
  std::optional<std::uint64_t> file_bytes = {};
  std::optional<std::uint64_t> log_file_bytes = {};  ///< It keeps the size that it once had.
  std::optional<std::uint64_t> pages = {};  ///< Not there while all connections are in use.
  std::optional<std::uint64_t> free_pages = {};
  std::optional<std::uint64_t> disk_bytes = {};
  std::optional<std::uint64_t> disk_free_bytes = {};  ///< For users other than root.

  std::size_t readers = 0;  ///< As many as there may be.
  std::size_t readers_in_use = 0;
  std::size_t reads_waiting = 0;
  std::size_t writes_waiting = 0;  ///< For their turn.
  /// Rows of other tenants that came out of tenants' statements, and were not given out.
  std::uint64_t isolation_alarms = 0;

  WalOptions wal = {};
  std::uint64_t log_bytes = 0;         ///< That the log must keep, as of the last commit here.
  std::size_t log_tries_in_vain = 0;   ///< To move all of it, since that last worked.
  std::size_t writes_held_by_log = 0;  ///< Those that wait for room in it.

  Timestamp opened_at = {};             ///< By the store's clock.
  std::chrono::nanoseconds open_for{};  ///< By one that nobody sets and that counts a sleep, too.
};

}  // namespace tenancy::inline v0::detail
