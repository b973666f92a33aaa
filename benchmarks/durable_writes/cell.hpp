#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "tenancy/core/tenant_id.hpp"

#include "durable_writes/closed_loop.hpp"
#include "durable_writes/empty_store.hpp"
#include "durable_writes/setting.hpp"
#include "durable_writes/slow_disk.hpp"
#include "durable_writes/verification.hpp"

namespace tenancy_bench {

/// Who writes.
enum class Side {
  library,          ///< `Repository<T>::insert`, each a transaction of its own.
  library_in_unit,  ///< The same insert in a unit that is given to `Store::write`.
  raw,              ///< SQLite's C API, a connection for each thread.
  ceiling,          ///< The same API, one thread that puts many rows in each commit.
};

/// What one side did in one setting.
struct Measured {
  double transactions_per_second;  ///< Rows, for the ceiling.
  double syncs_per_transaction;
  double rows_per_commit;
  double sync_milliseconds;  ///< Of the log, with what was added.
  double jain_index;     ///< Of the threads' counts: 1 when all are equal, 1/n when one has all.
  double min_max_share;  ///< The fewest of a thread over the most of a thread.
  std::uint64_t refused;
  std::vector<std::chrono::nanoseconds>
      latencies;  ///< Of transactions; of batches, for the ceiling.
};

/// What happens while threads write to that file; they stop when it returns. It tells how many rows
/// another process has put there for the last tenant.
using Meanwhile = std::function<std::uint64_t(const std::filesystem::path& file)>;

/// Lets time pass.
Meanwhile wait_for(std::chrono::duration<double> time);

/// Measures sides in settings, each time on a fresh file. Ends the program when a file does not
/// hold exactly what was acknowledged, when commits outnumber syncs, or when the files of two sides
/// differ in what decides how much work a write is.
///
/// Thread safety: thread-compatible.
class Bench {
 public:
  Bench(SlowDisk& disk, const EmptyStore& empty) : disk_{disk}, empty_{empty} {}

  /// `rows_per_commit` is for the ceiling.
  Measured measure(Side side, const Setting& setting, const Meanwhile& meanwhile,
                   double rows_per_commit = 1);

 private:
  struct Observed;

  Observed observe_library(Side side, const Setting& setting, const Meanwhile& meanwhile,
                           const std::filesystem::path& file);
  Observed observe_raw(const Setting& setting, const Meanwhile& meanwhile,
                       const std::filesystem::path& file);
  Observed observe_ceiling(const Setting& setting, const Meanwhile& meanwhile,
                           double rows_per_commit, const std::filesystem::path& file);
  Observed observe(std::size_t threads, const Setting& setting, const Write& write,
                   const Meanwhile& meanwhile, const std::filesystem::path& file);
  [[nodiscard]] std::span<const tenancy::TenantId> tenants(const Setting& setting) const;
  void verify(const Observed& observed, const std::filesystem::path& file);

  SlowDisk& disk_;
  const EmptyStore& empty_;
  std::optional<FileSettings> settings_;
};

}  // namespace tenancy_bench
