#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "command_line.hpp"
#include "durable_writes/cell.hpp"
#include "durable_writes/empty_store.hpp"
#include "durable_writes/report.hpp"
#include "durable_writes/second_process.hpp"
#include "durable_writes/setting.hpp"
#include "durable_writes/slow_disk.hpp"
#include "folder_on_disk.hpp"
#include "give_up.hpp"
#include "temporary_folder.hpp"

namespace tenancy_bench {
namespace {

using Seconds = std::chrono::duration<double>;

constexpr std::array<std::size_t, 4> thread_counts{1, 4, 16, 64};
/// A disk, and how much of the time is spent on it.
struct Disk {
  std::chrono::microseconds added;
  int rounds;
  double share;  ///< Of `time_per_side`.
};

// Goals are set for the first and the third.
constexpr std::array<Disk, 4> disks{{
    {std::chrono::microseconds{0}, 5, 1},
    {std::chrono::microseconds{200}, 3, 0.6},
    {std::chrono::microseconds{1000}, 3, 1},
    {std::chrono::microseconds{5000}, 3, 0.6},
}};
constexpr Seconds time_per_side{2.5};
constexpr std::size_t threads_beside = 16;

/// Alternates between the sides, in turn from both ends, so that a slow moment of the machine hits
/// them alike.
Comparison compare(Bench& bench, const Setting& setting, Seconds time, int rounds) {
  using enum Side;
  // The ceiling has the batches that the library had just before.
  constexpr std::array<Side, 4> there{library, ceiling, library_in_unit, raw};
  constexpr std::array<Side, 4> back{raw, library_in_unit, library, ceiling};
  Comparison comparison{setting};
  for (int round = 0; round < rounds; ++round) {
    for (const Side side : round % 2 == 0 ? there : back) {
      const double rows_per_commit =
          side == ceiling ? comparison.one_shot.last().rows_per_commit : 1;
      comparison.of(side).add(
          bench.measure(side, setting, wait_for(time / rounds), rows_per_commit));
    }
  }
  return comparison;
}

Intrusion intrude(Bench& bench, Intrusion intrusion, std::int64_t tenant, Seconds time) {
  const SecondProcess process{intrusion.kind, intrusion.setting.added, tenant};
  const auto measured =
      bench.measure(intrusion.beside, intrusion.setting, [&](const std::filesystem::path& file) {
        intrusion.seen = run_second_process(process, time, file);
        return intrusion.seen.rows;
      });
  intrusion.transactions_per_second = measured.transactions_per_second;
  return intrusion;
}

int measure(const CommandLine& line) {
  using std::chrono::microseconds;

  const TemporaryFolder folder{folder_on_disk()};
  SlowDisk disk;
  const EmptyStore empty{folder.path(), thread_counts.back()};
  Bench bench{disk, empty};
  const Seconds time = line.seconds ? Seconds{*line.seconds} : time_per_side;
  Report report;
  for (const auto& [added, rounds, share] : disks) {
    for (const std::size_t threads : thread_counts) {
      const Setting setting{threads, added};
      std::cout << "Measuring " << setting.name() << " ..." << std::endl;
      report.add(compare(bench, setting, time * share, rounds));
    }
  }
  std::cout << "Measuring a second process ..." << std::endl;
  using Kind = SecondProcess::Kind;
  for (const microseconds added : {microseconds{0}, microseconds{1000}}) {
    const Setting setting{threads_beside, added};
    const auto tenant = empty.tenants().back().value();
    // More time where a goal is set for the slowest of a hundred.
    report.add(intrude(bench, {setting, Side::library, Kind::library}, tenant, time * 2));
    report.add(intrude(bench, {setting, Side::library, Kind::raw}, tenant, time));
    report.add(intrude(bench, {setting, Side::raw, Kind::raw}, tenant, time));
  }
  std::cout << '\n';
  report.print(std::cout);
  if (!line.json.empty() && !report.write_json(line.json)) {
    std::cerr << "The figures cannot be written to " << line.json.string() << '\n';
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace tenancy_bench

/// How many small transactions per second reach the disk: through the library, by hand on SQLite's
/// C API, and at best.
int main(int argc, char** argv) {
  using namespace tenancy_bench;

  const auto line = parse_command_line(argc, argv);
  if (!line) {
    return EXIT_FAILURE;
  }
  if (line->run.empty()) {
    return measure(*line);
  }
  const auto second_process = SecondProcess::from_case(line->run);
  if (!second_process || line->store.empty()) {
    give_up("There is no case '" + line->run + "', or --store is missing.");
  }
  return be_second_process(*second_process, *line);
}
