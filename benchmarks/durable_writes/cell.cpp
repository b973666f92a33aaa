#include "durable_writes/cell.hpp"

#include <algorithm>
#include <memory>
#include <span>
#include <thread>
#include <utility>

#include "durable_writes/batch_counter.hpp"
#include "durable_writes/closed_loop.hpp"
#include "durable_writes/library_writers.hpp"
#include "durable_writes/raw_writers.hpp"
#include "give_up.hpp"

namespace tenancy_bench {
namespace {

std::uint64_t sum(const std::vector<ThreadRun>& threads, std::uint64_t ThreadRun::*count) {
  std::uint64_t total = 0;
  for (const ThreadRun& thread : threads) {
    total += thread.*count;
  }
  return total;
}

double quotient(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

/// Source: R. Jain, D. Chiu, W. Hawe, A Quantitative Measure of Fairness, DEC-TR-301, 1984.
double jain_index(const std::vector<ThreadRun>& threads) {
  double total = 0;
  double squares = 0;
  for (const ThreadRun& thread : threads) {
    const auto count = static_cast<double>(thread.in_time);
    total += count;
    squares += count * count;
  }
  return squares == 0 ? 0 : total * total / (squares * static_cast<double>(threads.size()));
}

double min_max_share(const std::vector<ThreadRun>& threads) {
  const auto [fewest, most] = std::ranges::minmax_element(threads, {}, &ThreadRun::in_time);
  return quotient(fewest->in_time, most->in_time);
}

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

/// One write of each thread before the measurement opens what is opened late.
std::uint64_t warm_up(std::size_t threads, const Write& write) {
  std::uint64_t rows = 0;
  for (std::size_t thread = 0; thread < threads; ++thread) {
    const std::size_t written = write(thread, 0);
    if (written == 0) {
      give_up("a write was refused where nobody else writes");
    }
    rows += written;
  }
  return rows;
}

}  // namespace

/// What was seen in one run.
struct Bench::Observed {
  ClosedLoopRun run;
  RowCounts rows;               ///< Acknowledged, with those before the measurement.
  std::uint64_t commits_least;  ///< That needed a sync.
  double rows_per_commit;
  SyncCount log;
  SyncCount database;
};

Meanwhile wait_for(std::chrono::duration<double> time) {
  return [time](const std::filesystem::path& /*file*/) {
    std::this_thread::sleep_for(time);
    return 0;
  };
}

Measured Bench::measure(Side side, const Setting& setting, const Meanwhile& meanwhile,
                        double rows_per_commit) {
  const StoreCopy copy{empty_};
  Observed observed = side == Side::ceiling
                          ? observe_ceiling(setting, meanwhile, rows_per_commit, copy.file())
                      : side == Side::raw ? observe_raw(setting, meanwhile, copy.file())
                                          : observe_library(side, setting, meanwhile, copy.file());
  verify(observed, copy.file());

  auto& threads = observed.run.threads;
  const std::uint64_t syncs = observed.log.syncs + observed.database.syncs;
  Measured measured{
      .transactions_per_second =
          static_cast<double>(sum(threads, &ThreadRun::in_time)) / seconds(observed.run.took),
      .syncs_per_transaction = quotient(syncs, sum(threads, &ThreadRun::rows)),
      .rows_per_commit = observed.rows_per_commit,
      .sync_milliseconds =
          seconds(observed.log.took) * 1e3 / static_cast<double>(observed.log.syncs),
      .jain_index = jain_index(threads),
      .min_max_share = min_max_share(threads),
      .refused = sum(threads, &ThreadRun::refused),
      .latencies = {}};
  for (ThreadRun& thread : threads) {
    measured.latencies.insert(measured.latencies.end(), thread.latencies.begin(),
                              thread.latencies.end());
  }
  return measured;
}

Bench::Observed Bench::observe_library(Side side, const Setting& setting,
                                       const Meanwhile& meanwhile,
                                       const std::filesystem::path& file) {
  const auto counter = std::make_shared<BatchCounter>();
  const tenancy::StoreOptions options{.observer = counter};
  Observed observed;
  {
    const auto authority = open_store(file, options);
    const LibraryWriters writers{authority, tenants(setting)};
    const auto insert =
        side == Side::library ? &LibraryWriters::insert : &LibraryWriters::insert_in_unit;
    const Write write = [&](std::size_t thread, std::size_t number) {
      return (writers.*insert)(thread, number);
    };
    warm_up(setting.threads, write);
    counter->reset();
    observed = observe(setting.threads, setting, write, meanwhile, file);
  }
  const std::uint64_t rows = sum(observed.run.threads, &ThreadRun::rows);
  // A store that does not report every transaction in a batch is judged by its syncs.
  const bool reported = counter->transactions() == rows;
  // Checkpoints sync the log, too.
  observed.rows_per_commit =
      std::max(1.0, quotient(rows, reported ? counter->commits() : observed.log.syncs));
  observed.commits_least = reported ? counter->commits() : rows / options.writes.max_batch;
  return observed;
}

Bench::Observed Bench::observe_raw(const Setting& setting, const Meanwhile& meanwhile,
                                   const std::filesystem::path& file) {
  RawWriters writers{file, tenants(setting)};
  const Write write = [&](std::size_t thread, std::size_t number) {
    return writers.insert(thread, number);
  };
  warm_up(setting.threads, write);
  Observed observed = observe(setting.threads, setting, write, meanwhile, file);
  observed.rows_per_commit = 1;
  observed.commits_least = sum(observed.run.threads, &ThreadRun::rows);
  return observed;
}

Bench::Observed Bench::observe_ceiling(const Setting& setting, const Meanwhile& meanwhile,
                                       double rows_per_commit, const std::filesystem::path& file) {
  RawBatches batches{file, tenants(setting), rows_per_commit};
  const Write write = [&](std::size_t /*thread*/, std::size_t /*number*/) {
    return batches.insert_batch();
  };
  const std::uint64_t first_rows = warm_up(1, write);
  Observed observed = observe(1, setting, write, meanwhile, file);
  const std::uint64_t rows = sum(observed.run.threads, &ThreadRun::rows);
  observed.rows.clear();
  for (std::uint64_t i = 0; i < setting.threads; ++i) {
    const std::uint64_t all = first_rows + rows;
    observed.rows[empty_.tenants()[i].value()] =
        all / setting.threads + (i < all % setting.threads ? 1 : 0);
  }
  observed.commits_least = observed.run.threads.front().latencies.size();
  observed.rows_per_commit = quotient(rows, observed.commits_least);
  return observed;
}

Bench::Observed Bench::observe(std::size_t threads, const Setting& setting, const Write& write,
                               const Meanwhile& meanwhile, const std::filesystem::path& file) {
  Observed observed{};
  disk_.slow_down_by(setting.added);
  disk_.start_counting();
  std::uint64_t second_process_rows = 0;
  observed.run = run_closed_loop(threads, 1, write, [&] { second_process_rows = meanwhile(file); });
  observed.log = disk_.log_syncs();
  observed.database = disk_.database_syncs();
  disk_.slow_down_by(std::chrono::microseconds{0});

  for (std::size_t thread = 0; thread < threads; ++thread) {
    observed.rows[empty_.tenants()[thread].value()] = 1 + observed.run.threads[thread].rows;
  }
  if (second_process_rows > 0) {
    observed.rows[empty_.tenants().back().value()] = second_process_rows;
  }
  return observed;
}

std::span<const tenancy::TenantId> Bench::tenants(const Setting& setting) const {
  return std::span{empty_.tenants()}.first(setting.threads);
}

void Bench::verify(const Observed& observed, const std::filesystem::path& file) {
  if (observed.log.syncs < std::max<std::uint64_t>(observed.commits_least, 1)) {
    give_up("the log was synced " + std::to_string(observed.log.syncs) + " times for " +
            std::to_string(observed.commits_least) + " commits");
  }
  const FileSettings settings = verify_rows(file, observed.rows);
  if (!settings_) {
    settings_ = settings;
  }
  if (settings != *settings_ || settings.journal_mode != "wal") {
    give_up("the files of both sides differ in journal mode, page size or table, or have no log");
  }
}

}  // namespace tenancy_bench
