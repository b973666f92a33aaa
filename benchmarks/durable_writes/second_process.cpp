#include "durable_writes/second_process.hpp"

#include <array>
#include <charconv>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <limits>
#include <sstream>
#include <string_view>
#include <thread>

#include "child_process.hpp"
#include "durable_writes/empty_store.hpp"
#include "durable_writes/library_writers.hpp"
#include "durable_writes/raw_writers.hpp"
#include "durable_writes/slow_disk.hpp"
#include "give_up.hpp"
#include "must.hpp"

namespace tenancy_bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view library_case = "second_process/library/";
constexpr std::string_view raw_case = "second_process/raw/";
constexpr std::chrono::milliseconds pause{10};

/// Takes a number off the front.
template <class Number>
bool take(std::string_view& text, Number& number) {
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return failure == std::errc{};
}

/// Writes now and then. Its parent reads what it saw from standard error.
void write_now_and_then(const CommandLine& line,
                        const std::function<std::size_t(std::size_t)>& write) {
  const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                      std::chrono::duration<double>{line.seconds.value_or(1)});
  for (std::size_t number = 0; number < line.times && Clock::now() < end; ++number) {
    const auto start = Clock::now();
    const bool done = write(number) > 0;
    const std::chrono::nanoseconds took = Clock::now() - start;
    std::cerr << (done ? "written " : "refused ") << took.count() << '\n';
    std::this_thread::sleep_for(pause);
  }
}

}  // namespace

std::string SecondProcess::to_case() const {
  return std::string{kind == Kind::library ? library_case : raw_case} +
         std::to_string(added.count()) + "/" + std::to_string(tenant);
}

std::optional<SecondProcess> SecondProcess::from_case(const std::string& name) {
  std::string_view rest = name;
  SecondProcess process{Kind::library, {}, 0};
  if (rest.starts_with(library_case)) {
    rest.remove_prefix(library_case.size());
  } else if (rest.starts_with(raw_case)) {
    rest.remove_prefix(raw_case.size());
    process.kind = Kind::raw;
  } else {
    return std::nullopt;
  }
  std::int64_t added = 0;
  if (!take(rest, added) || !rest.starts_with('/')) {
    return std::nullopt;
  }
  rest.remove_prefix(1);
  if (!take(rest, process.tenant) || !rest.empty()) {
    return std::nullopt;
  }
  process.added = std::chrono::microseconds{added};
  return process;
}

SecondProcessRun run_second_process(const SecondProcess& process,
                                    std::chrono::duration<double> time,
                                    const std::filesystem::path& file) {
  constexpr std::size_t enough = 1'000'000;
  const auto program = std::filesystem::read_symlink("/proc/self/exe");
  const auto result =
      run_program({program.string(), "--run", process.to_case(), "--times", std::to_string(enough),
                   "--seconds", std::to_string(time.count()), "--store", file.string()});
  if (!result || !result->succeeded) {
    give_up("the second process failed:\n" + (result ? result->errors : "it cannot be started"));
  }
  SecondProcessRun run;
  std::istringstream lines{result->errors};
  std::string what;
  std::int64_t nanoseconds = 0;
  while (lines >> what >> nanoseconds) {
    const std::chrono::nanoseconds took{nanoseconds};
    if (what == "opened") {
      run.opening = took;
      continue;
    }
    run.latencies.push_back(took);
    ++(what == "written" ? run.rows : run.refused);
  }
  if (run.latencies.empty()) {
    give_up("the second process wrote nothing");
  }
  return run;
}

int be_second_process(const SecondProcess& process, const CommandLine& line) {
  SlowDisk disk;
  disk.slow_down_by(process.added);
  const std::array tenants{must(tenancy::TenantId::from_value(process.tenant))};
  const auto start = Clock::now();
  const auto opened = [start] {
    const std::chrono::nanoseconds took = Clock::now() - start;
    std::cerr << "opened " << took.count() << '\n';
  };
  if (process.kind == SecondProcess::Kind::library) {
    const auto authority = open_store(line.store);
    const LibraryWriters writers{authority, tenants};
    opened();
    write_now_and_then(line, [&](std::size_t number) { return writers.insert(0, number); });
  } else {
    RawWriters writers{line.store, tenants};
    opened();
    write_now_and_then(line, [&](std::size_t number) { return writers.insert(0, number); });
  }
  return EXIT_SUCCESS;
}

}  // namespace tenancy_bench
