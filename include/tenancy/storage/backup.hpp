#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "tenancy/core/call_options.hpp"
#include "tenancy/core/export.hpp"
#include "tenancy/core/result.hpp"

namespace tenancy::inline v0 {

/// How far a copy is. The size that is expected is an estimate: the store goes on changing.
struct BackupProgress {
  std::uint64_t bytes_written;
  std::uint64_t bytes_expected;
};

/// How a backup is made.
struct BackupOptions {
  CallOptions call = {};
  /// Told when the copy begins, about a hundred times while it grows, and when it is complete and
  /// about to be checked; may be empty. Called on the thread that makes the backup, outside of all
  /// locks. What it throws ends the backup and goes on to the caller.
  std::function<void(const BackupProgress&)> progress = nullptr;
};

/// The newest step that is applied of one component: `tenancy`, or the host's `app`.
struct AppliedVersion {
  std::string component;
  std::int64_t version;

  friend bool operator==(const AppliedVersion&, const AppliedVersion&) = default;
};

/// What a backup holds, as it was found when the whole of it was read.
struct BackupReport {
  std::uint64_t bytes = 0;
  std::uint64_t pages = 0;
  std::uint64_t tenants = 0;  ///< Of any status, but for those that are erased.
  std::vector<AppliedVersion> schema = {};
  /// BLAKE2b-256 of the file, 64 hexadecimal digits: what `b2sum -l 256` prints. Kept elsewhere, it
  /// tells later whether a single byte has changed. Of a folder, that of its `manifest`.
  std::string digest = {};
  std::chrono::nanoseconds took{0};
};

/// Reads the whole of a backup and tells whether it is sound: one regular file (behind symbolic
/// links, if need be) that holds a store of this library, every page and index of which is in
/// order and every reference of which leads somewhere. What stands inside of a value is not
/// checked by that, nor are `CHECK`s; compare the digest with that from when the backup was made.
/// The backup of a store with a file per tenant is a folder, of which each file is read so and
/// compared with the `manifest`.
///
/// The file is not changed, nor is anything created beside it. It must not change meanwhile.
///
/// Isolation: reads all tenants and gives out counts. Messages name tables and pages, no values.
/// Errors: `corrupt_store`, with the first finding; `foreign_store` for another application's
/// database; `cannot_open`, also where a journal or log beside the file says that it is in use or
/// was not closed; `io_error`; `cancelled`, `deadline_exceeded`.
/// Complexity: reads the file twice.
TENANCY_API Result<BackupReport> verify_backup(const std::filesystem::path& file,
                                               const CallOptions& call = {});

}  // namespace tenancy::inline v0
