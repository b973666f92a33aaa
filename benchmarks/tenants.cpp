#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "command_line.hpp"
#include "side_by_side.hpp"
#include "temporary_folder.hpp"
#include "tenants/cache_memory.hpp"
#include "tenants/cases.hpp"
#include "tenants/population.hpp"
#include "tenants/throughput.hpp"

namespace {

using namespace tenancy_bench;

constexpr const char* raw_api = "raw sqlite3 C API";

void append(std::vector<Comparison>& all, std::vector<Comparison> more) {
  for (Comparison& comparison : more) {
    all.push_back(std::move(comparison));
  }
}

/// What the library's side costs, for the cases from one on.
void add_costs(Figures& figures, const std::vector<Comparison>& cases,
               const std::vector<Measured>& measured, std::size_t first) {
  for (std::size_t i = first; i < cases.size(); ++i) {
    if (const auto& counted = measured[i].instructions; counted.measured()) {
      figures.add({cases[i].name + "_instructions", counted.through_library, "instructions", ""});
    }
  }
}

void add_creation(Figures& figures, const std::filesystem::path& folder, double seconds) {
  for (const std::size_t threads : {std::size_t{1}, std::size_t{16}}) {
    const std::string suffix =
        "_" + std::to_string(threads) + (threads == 1 ? "_thread" : "_threads");
    const Turns turns = measure_creation(folder, threads, seconds);
    figures.add({"creation_per_second" + suffix, turns.first_per_second, "tenants/s", ""});
    figures.add({"creation_ratio" + suffix, turns.ratio, "x", raw_api});
  }
}

}  // namespace

/// What it costs to find out for whom a request is, and to keep tenants: a key, the tenant and one
/// row, by hand on SQLite's C API and through the library.
int main(int argc, char** argv) {
  auto line = parse_command_line(argc, argv);
  if (!line) {
    return EXIT_FAILURE;
  }
  if (line->sizes.empty()) {
    line->sizes = {100, 10'000, 1'000'000};
  }
  std::optional<TemporaryFolder> folder;
  if (line->store.empty()) {
    folder.emplace();
    line->store = folder->path();
  }
  // A folder here, since each population has a file of its own.
  std::filesystem::create_directories(line->store);
  const auto file_of = [&](std::size_t size) {
    return line->store / ("tenants-" + std::to_string(size) + ".db");
  };
  const std::size_t middle = line->sizes[line->sizes.size() / 2];
  const std::size_t last = line->sizes.back();
  std::vector<Comparison> cases;
  for (const std::size_t size : line->sizes) {
    append(cases, request_cases(file_of(size), size));
  }
  append(cases, bare_read_case(file_of(middle), middle));
  const std::size_t entrances = cases.size();
  append(cases, entrance_cases(file_of(middle), middle));
  if (!line->run.empty()) {
    return run_once(cases, *line);
  }

  for (const std::size_t size : line->sizes) {
    std::cout << "Making " << size << " tenants ..." << std::endl;
    const Population population{file_of(size), size};
  }
  constexpr double default_seconds = 2.5;
  const double seconds = line->seconds.value_or(default_seconds);
  const auto memory = measure_cache_memory(file_of(last), last);
  const auto measured = measure(cases, *line);
  Figures figures;
  add_ratios(figures, cases, measured, raw_api);
  add_costs(figures, cases, measured, entrances);
  figures.add({"cache_bytes_over_budget",
               static_cast<double>(memory.heap) / static_cast<double>(memory.budget), "x",
               "the budget, " + std::to_string(memory.budget) + " bytes",
               Goal{Goal::Bound::at_most, 1.0}});
  const TemporaryFolder fresh{line->store};
  add_creation(figures, fresh.path(), seconds);
  const Turns two = measure_two_threads(file_of(middle), middle, seconds);
  figures.add({"hits_per_second_1_thread", two.second_per_second, "requests/s", ""});
  figures.add({"hit_throughput_2_threads", two.ratio, "x", "1 thread"});
  return report(figures, *line);
}
