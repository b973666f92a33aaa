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

/// The connections that a store has with a server, and what has become of those that it had.
struct ConnectionFigures {
  std::size_t open = 0;
  std::size_t idle = 0;
  std::size_t waiting = 0;  ///< Calls, for their turn.
  std::uint64_t opened = 0;
  std::uint64_t closed = 0;
  std::uint64_t failed = 0;                  ///< Tries to open one.
  std::chrono::nanoseconds waited_for = {};  ///< By all calls together.
};

/// The replicas of a store's server.
struct ReplicaFigures {
  std::size_t named = 0;
  std::size_t unusable = 0;     ///< By what became of the last try.
  std::string why = {};         ///< Of one of them.
  std::uint64_t reads = 0;      ///< That they answered.
  std::uint64_t fallbacks = 0;  ///< Reads that might have been theirs and were the primary's.
};

/// A store's own figures, of this moment and this process unless said otherwise. What could not be
/// looked at is not there.
struct StoreStatus {
  std::string engine = {};          ///< With its version.
  std::filesystem::path file = {};  ///< Of a server's store, where it is.
  /// Whether it has files here, on a disk that can be looked at, and a log of its own.
  bool has_files = true;
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
  std::optional<ConnectionFigures> connections = {};  ///< With a server.
  std::optional<ReplicaFigures> replicas = {};

  WalOptions wal = {};
  std::uint64_t log_bytes = 0;         ///< That the log must keep, as of the last commit here.
  std::size_t log_tries_in_vain = 0;   ///< To move all of it, since that last worked.
  std::size_t writes_held_by_log = 0;  ///< Those that wait for room in it.

  Timestamp opened_at = {};             ///< By the store's clock.
  std::chrono::nanoseconds open_for{};  ///< By one that nobody sets and that counts a sleep, too.
};

}  // namespace tenancy::inline v0::detail
