#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "tenancy/core/tenant_id.hpp"

#include "raw_deployments.hpp"

namespace tenancy_bench {

/// Threads that write by hand on SQLite's C API, each on a connection of its own, which waits for
/// the others' as SQLite does.
///
/// Thread safety: each thread uses its own number; otherwise thread-compatible.
class RawWriters {
 public:
  RawWriters(const std::filesystem::path& file, std::span<const tenancy::TenantId> tenants);

  /// Writes one row in a transaction of its own, and tells how many rows that put on disk: one, or
  /// none when the database was busy for too long. Any other failure ends the program.
  [[nodiscard]] std::size_t insert(std::size_t thread, std::size_t number);

 private:
  struct Writer {
    std::int64_t tenant;
    std::unique_ptr<RawDeployments> connection;
  };

  std::vector<Writer> writers_;
};

/// What batching can reach: one connection puts many tenants' rows in each commit.
///
/// Thread safety: thread-compatible.
class RawBatches {
 public:
  /// Batches have that many rows on average; at least 1.
  RawBatches(const std::filesystem::path& file, std::span<const tenancy::TenantId> tenants,
             double rows_per_batch);

  /// Writes the next batch and tells how many rows that put on disk.
  [[nodiscard]] std::size_t insert_batch();

 private:
  RawDeployments connection_;
  std::vector<std::int64_t> tenants_;
  double rows_per_batch_;
  double due_ = 0;
  std::size_t written_ = 0;
};

}  // namespace tenancy_bench
