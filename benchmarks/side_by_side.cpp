#include "side_by_side.hpp"

#include <iostream>
#include <utility>

#include "instructions.hpp"
#include "table.hpp"
#include "times.hpp"

namespace tenancy_bench {
namespace {

std::string raw_side(const Comparison& comparison) { return comparison.name + "/raw"; }
std::string library_side(const Comparison& comparison) { return comparison.name + "/library"; }

std::vector<BothSides> count_instructions(const std::vector<Comparison>& cases,
                                          const CommandLine& line) {
  std::vector<BothSides> pairs(cases.size());
  const auto counter = InstructionCounter::create(line);
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

std::vector<BothSides> measure_times(const std::vector<Comparison>& cases) {
  std::cout << "Measuring times ..." << std::endl;
  std::vector<Timed> operations;
  for (const Comparison& comparison : cases) {
    operations.push_back({raw_side(comparison), comparison.raw, comparison.batch});
    operations.push_back({library_side(comparison), comparison.through_library, comparison.batch});
  }
  auto medians = median_times(operations);
  std::vector<BothSides> pairs;
  pairs.reserve(cases.size());
  for (const Comparison& comparison : cases) {
    pairs.push_back({medians[raw_side(comparison)], medians[library_side(comparison)]});
  }
  return pairs;
}

void print_absolutes(const std::vector<Comparison>& cases,
                     const std::vector<BothSides>& instructions,
                     const std::vector<BothSides>& times) {
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
    table.add({cases[i].name, cell(instructions[i].raw), cell(instructions[i].through_library), "",
               cell(times[i].raw), cell(times[i].through_library), "ns"});
  }
  std::cout << '\n';
  table.print(std::cout);
  std::cout << '\n';
}

}  // namespace

std::vector<Measured> measure(const std::vector<Comparison>& cases, const CommandLine& line) {
  const auto instructions = count_instructions(cases, line);
  const auto times = measure_times(cases);
  print_absolutes(cases, instructions, times);
  std::vector<Measured> measured;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    measured.push_back({instructions[i], times[i]});
  }
  return measured;
}

void add_ratios(Figures& figures, const std::vector<Comparison>& cases,
                const std::vector<Measured>& measured, const std::string& against) {
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Comparison& comparison = cases[i];
    const std::string& other = comparison.against.empty() ? against : comparison.against;
    if (const auto& counted = measured[i].instructions; counted.measured()) {
      figures.add({comparison.name + "_instructions_ratio", counted.ratio(), "x", other,
                   comparison.instructions_goal});
    }
    if (const auto& timed = measured[i].nanoseconds; timed.measured()) {
      figures.add({comparison.name + "_time_ratio", timed.ratio(), "x", other});
    }
  }
}

int run_once(const std::vector<Comparison>& cases, const CommandLine& line) {
  for (const Comparison& comparison : cases) {
    if (line.run == raw_side(comparison)) {
      comparison.raw(line.times);
      return EXIT_SUCCESS;
    }
    if (line.run == library_side(comparison)) {
      comparison.through_library(line.times);
      return EXIT_SUCCESS;
    }
  }
  std::cerr << "There is no case '" << line.run << "'. The cases are:\n";
  for (const Comparison& comparison : cases) {
    std::cerr << "  " << raw_side(comparison) << "\n  " << library_side(comparison) << '\n';
  }
  return EXIT_FAILURE;
}

int report(const Figures& figures, const CommandLine& line) {
  figures.print(std::cout);
  if (!line.json.empty() && !figures.write_json(line.json)) {
    std::cerr << "The figures cannot be written to " << line.json.string() << '\n';
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}

int compare(const std::vector<Comparison>& cases, const std::string& against,
            const CommandLine& line) {
  if (!line.run.empty()) {
    return run_once(cases, line);
  }
  Figures figures;
  add_ratios(figures, cases, measure(cases, line), against);
  return report(figures, line);
}

}  // namespace tenancy_bench
