#include <cstdlib>
#include <iostream>
#include <map>
#include <optional>
#include <string>

#include "command_line.hpp"
#include "fair_queue/cost.hpp"
#include "fair_queue/simulation.hpp"
#include "figures.hpp"
#include "instructions.hpp"
#include "table.hpp"
#include "times.hpp"

namespace {

using namespace tenancy_bench;

Goal at_most(double value) { return {Goal::Bound::at_most, value}; }
Goal at_least(double value) { return {Goal::Bound::at_least, value}; }

/// Who waits for how long, in virtual time: the same in every run.
void show_fairness(Figures& figures) {
  using enum Table::Align;
  const Outcome fair_alone = simulate(Discipline::fair_queue, Flood::absent);
  const Outcome fair_flooded = simulate(Discipline::fair_queue, Flood::present);
  const Outcome fifo_alone = simulate(Discipline::fifo, Flood::absent);
  const Outcome fifo_flooded = simulate(Discipline::fifo, Flood::present);

  Table table{{{"order"},
               {"flood"},
               {"Jain's index", right},
               {"p50", right},
               {"p99 of the occasional", right},
               {"max", right}}};
  const auto add = [&](const char* order, const char* flood, const Outcome& outcome) {
    table.add({order, flood, decimal(outcome.jain_backlogged, 4),
               decimal(outcome.occasional_p50_ms, 2) + " ms",
               decimal(outcome.occasional_p99_ms, 2) + " ms",
               decimal(outcome.occasional_max_ms, 2) + " ms"});
  };
  add("fair queue", "no", fair_alone);
  add("fair queue", "yes", fair_flooded);
  add("FIFO", "no", fifo_alone);
  add("FIFO", "yes", fifo_flooded);
  std::cout << '\n';
  table.print(std::cout);

  const std::string without = "no flood";
  figures.add(
      {"jain_backlogged", fair_flooded.jain_backlogged, "", "1 is equal time", at_least(0.98)});
  figures.add({"occasional_p99_ratio",
               fair_flooded.occasional_p99_ms / fair_alone.occasional_p99_ms, "x", without,
               at_most(2)});
  figures.add({"fifo_jain_backlogged", fifo_flooded.jain_backlogged, "", "1 is equal time"});
  figures.add({"fifo_occasional_p99_ratio",
               fifo_flooded.occasional_p99_ms / fifo_alone.occasional_p99_ms, "x", without});
}

/// What an item's way through the queue costs.
void show_cost(Figures& figures, CostCases& cases) {
  using enum Table::Align;
  std::cout << "\nMeasuring times ..." << std::endl;
  std::vector<Timed> timed;
  for (const CostCase& one : cases.all()) {
    timed.push_back({one.name, one.operation, one.batch});
  }
  auto times = median_times(timed);

  const auto counter = InstructionCounter::create({});
  if (!counter) {
    std::cout << "Valgrind is not installed, so instructions are not counted.\n";
  } else {
    std::cout << "Counting instructions ..." << std::endl;
  }
  std::map<std::string, double> instructions;
  Table table{{{"per item"}, {"time", right}, {"instructions", right}}};
  for (const CostCase& one : cases.all()) {
    instructions[one.name] =
        counter ? counter->per_operation(one.name, one.batch, 3 * one.batch).value_or(0) : 0;
    table.add({one.name, decimal(times[one.name], 1) + " ns",
               instructions[one.name] > 0 ? decimal(instructions[one.name], 0) : "-"});
  }
  std::cout << '\n';
  table.print(std::cout);
  std::cout << '\n';

  const auto ratio = [](std::map<std::string, double>& values, const std::string& kind) {
    return values["fair_queue" + kind] / values["fifo" + kind];
  };
  figures.add({"cost_ratio", ratio(times, "/locked"), "x", "FIFO under a mutex", at_most(2)});
  figures.add({"bare_cost_ratio", ratio(times, "/bare"), "x", "FIFO without a lock"});
  if (instructions["fifo/locked"] > 0) {
    figures.add({"instructions_ratio", ratio(instructions, "/locked"), "x", "FIFO under a mutex"});
    figures.add(
        {"bare_instructions_ratio", ratio(instructions, "/bare"), "x", "FIFO without a lock"});
  }
}

}  // namespace

/// What fairness between tenants gives and what it costs, against a plain queue.
int main(int argc, char** argv) {
  const auto line = parse_command_line(argc, argv);
  if (!line) {
    return EXIT_FAILURE;
  }
  CostCases cases;
  if (!line->run.empty()) {
    return cases.run(line->run, line->times) ? EXIT_SUCCESS : EXIT_FAILURE;
  }
  Figures figures;
  show_fairness(figures);
  show_cost(figures, cases);
  figures.print(std::cout);
  if (!line->json.empty() && !figures.write_json(line->json)) {
    std::cerr << "The figures cannot be written to " << line->json.string() << '\n';
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
