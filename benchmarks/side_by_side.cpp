#include "side_by_side.hpp"

#include <iostream>
#include <utility>

#include "instructions.hpp"
#include "table.hpp"
#include "times.hpp"

namespace tenancy_bench {
namespace {

/// What one operation costs on each side; zero where it was not measured.
struct Pair {
  double raw = 0;
  double library = 0;

  [[nodiscard]] bool measured() const noexcept { return raw > 0 && library > 0; }
  [[nodiscard]] double ratio() const noexcept { return library / raw; }
};

std::string raw_side(const Comparison& comparison) { return comparison.name + "/raw"; }
std::string library_side(const Comparison& comparison) { return comparison.name + "/library"; }

int run_once(const std::vector<Comparison>& cases, const CommandLine& line) {
  for (const Comparison& comparison : cases) {
    if (line.run == raw_side(comparison)) {
      comparison.raw(line.times);
      return EXIT_SUCCESS;
    }
    if (line.run == library_side(comparison)) {
      comparison.library(line.times);
      return EXIT_SUCCESS;
    }
  }
  std::cerr << "There is no case '" << line.run << "'. The cases are:\n";
  for (const Comparison& comparison : cases) {
    std::cerr << "  " << raw_side(comparison) << "\n  " << library_side(comparison) << '\n';
  }
  return EXIT_FAILURE;
}

std::vector<Pair> count_instructions(const std::vector<Comparison>& cases,
                                     const std::filesystem::path& store) {
  std::vector<Pair> pairs(cases.size());
  const auto counter = InstructionCounter::create(store);
  if (!counter) {
    std::cout << "Valgrind is not installed, so instructions are not counted.\n";
    return pairs;
  }
  std::cout << "Counting instructions ..." << std::endl;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto per_operation = [&](const std::string& side) {
      return counter->per_operation(side, cases[i].batch, 3 * cases[i].batch).value_or(0);
    };
    pairs[i] = {per_operation(raw_side(cases[i])), per_operation(library_side(cases[i]))};
  }
  return pairs;
}

std::vector<Pair> measure_times(const std::vector<Comparison>& cases) {
  std::cout << "Measuring times ..." << std::endl;
  std::vector<Timed> operations;
  for (const Comparison& comparison : cases) {
    operations.push_back({raw_side(comparison), comparison.raw, comparison.batch});
    operations.push_back({library_side(comparison), comparison.library, comparison.batch});
  }
  auto medians = median_times(operations);
  std::vector<Pair> pairs;
  pairs.reserve(cases.size());
  for (const Comparison& comparison : cases) {
    pairs.push_back({medians[raw_side(comparison)], medians[library_side(comparison)]});
  }
  return pairs;
}

void print_absolutes(const std::vector<Comparison>& cases, const std::vector<Pair>& instructions,
                     const std::vector<Pair>& times) {
  using enum Table::Align;
  Table table{{{"per operation"},
               {"raw", right},
               {"library", right},
               {"instructions", left},
               {"raw", right},
               {"library", right},
               {"time", left}}};
  const auto cell = [](double value) { return value > 0 ? decimal(value, 0) : "-"; };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    table.add({cases[i].name, cell(instructions[i].raw), cell(instructions[i].library), "",
               cell(times[i].raw), cell(times[i].library), "ns"});
  }
  std::cout << '\n';
  table.print(std::cout);
  std::cout << '\n';
}

}  // namespace

int compare(const std::vector<Comparison>& cases, const std::string& against,
            const CommandLine& line) {
  if (!line.run.empty()) {
    return run_once(cases, line);
  }
  const auto instructions = count_instructions(cases, line.store);
  const auto times = measure_times(cases);
  print_absolutes(cases, instructions, times);

  Figures figures;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto& [name, raw, library, batch, goal] = cases[i];
    if (instructions[i].measured()) {
      figures.add({name + "_instructions_ratio", instructions[i].ratio(), "x", against, goal});
    }
    if (times[i].measured()) {
      figures.add({name + "_time_ratio", times[i].ratio(), "x", against});
    }
  }
  figures.print(std::cout);
  if (!line.json.empty() && !figures.write_json(line.json)) {
    std::cerr << "The figures cannot be written to " << line.json.string() << '\n';
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}

}  // namespace tenancy_bench
