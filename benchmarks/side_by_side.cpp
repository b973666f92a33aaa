#include "side_by_side.hpp"

#include <iostream>
#include <utility>

#include "instructions.hpp"
#include "table.hpp"
#include "times.hpp"

namespace tenancy_bench {
namespace {

struct Side {
  std::string name;
  const Operation* operation;
};

/// The baseline, the library, then the peers.
std::vector<Side> sides_of(const Comparison& comparison) {
  std::vector<Side> sides{{comparison.name + "/raw", &comparison.raw},
                          {comparison.name + "/library", &comparison.through_library}};
  for (const Peer& peer : comparison.peers) {
    sides.push_back({comparison.name + "/" + peer.name, &peer.operation});
  }
  return sides;
}

template <class CostOf>
Costs costs_of(const Comparison& comparison, CostOf cost_of) {
  const auto sides = sides_of(comparison);
  Costs costs{cost_of(sides[0].name), cost_of(sides[1].name)};
  for (std::size_t i = 2; i < sides.size(); ++i) {
    costs.peers.push_back(cost_of(sides[i].name));
  }
  return costs;
}

std::vector<Costs> count_instructions(const std::vector<Comparison>& cases,
                                      const CommandLine& line) {
  const auto counter = InstructionCounter::create(line);
  if (!counter) {
    std::cout << "Valgrind is not installed, so instructions are not counted.\n";
    return std::vector<Costs>(cases.size());
  }
  std::cout << "Counting instructions ..." << std::endl;
  std::vector<Costs> costs;
  costs.reserve(cases.size());
  for (const Comparison& comparison : cases) {
    costs.push_back(costs_of(comparison, [&](const std::string& side) {
      return counter->per_operation(side, comparison.batch, 3 * comparison.batch).value_or(0);
    }));
  }
  return costs;
}

std::vector<Costs> measure_times(const std::vector<Comparison>& cases) {
  std::cout << "Measuring times ..." << std::endl;
  std::vector<Timed> operations;
  for (const Comparison& comparison : cases) {
    for (const Side& side : sides_of(comparison)) {
      operations.push_back({side.name, *side.operation, comparison.batch, comparison.take_back});
    }
  }
  auto medians = median_times(operations);
  std::vector<Costs> costs;
  costs.reserve(cases.size());
  for (const Comparison& comparison : cases) {
    costs.push_back(costs_of(comparison, [&](const std::string& side) { return medians[side]; }));
  }
  return costs;
}

/// All cases have the peers of the first, or none.
void print_absolutes(const std::vector<Comparison>& cases, const std::vector<Costs>& instructions,
                     const std::vector<Costs>& times) {
  using enum Table::Align;
  std::vector<Table::Column> columns{{"per operation"}};
  for (const char* const unit : {"instructions", "time"}) {
    columns.insert(columns.end(), {{"raw", right}, {"library", right}});
    for (const Peer& peer : cases.front().peers) {
      columns.push_back({peer.name, right});
    }
    columns.push_back({unit, left});
  }
  Table table{columns};
  for (std::size_t i = 0; i < cases.size(); ++i) {
    std::vector<std::string> cells{cases[i].name};
    const auto add = [&](const Costs& costs, const char* unit) {
      const auto cell = [](double value) { return value > 0 ? decimal(value, 0) : "-"; };
      cells.insert(cells.end(), {cell(costs.raw), cell(costs.through_library)});
      for (std::size_t peer = 0; peer < cases.front().peers.size(); ++peer) {
        cells.push_back(cell(peer < costs.peers.size() ? costs.peers[peer] : 0));
      }
      cells.emplace_back(unit);
    };
    add(instructions[i], "");
    add(times[i], "ns");
    table.add(std::move(cells));
  }
  std::cout << '\n';
  table.print(std::cout);
  std::cout << '\n';
}

/// A comparison's figures of one kind, such as `time`.
void add_ratios(Figures& figures, const Comparison& comparison, const Costs& costs,
                const std::string& against, const std::string& kind,
                const std::optional<Goal>& goal, const std::optional<Goal>& peers_goal) {
  const auto name = [&](const std::string& before_kind) {
    return comparison.name + before_kind + kind + "_ratio";
  };
  if (costs.measured()) {
    figures.add({name("_"), costs.ratio(), "x", against, goal});
  }
  for (std::size_t i = 0; i < costs.peers.size(); ++i) {
    if (costs.peers[i] > 0 && costs.through_library > 0) {
      const std::string& peer = comparison.peers[i].name;
      figures.add(
          {name("_" + peer + "_"), costs.through_library / costs.peers[i], "x", peer, peers_goal});
    }
  }
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
    add_ratios(figures, comparison, measured[i].instructions, other, "instructions",
               comparison.instructions_goal, Goal{Goal::Bound::below, 1.0});
    add_ratios(figures, comparison, measured[i].nanoseconds, other, "time", {}, {});
  }
}

int run_once(const std::vector<Comparison>& cases, const CommandLine& line) {
  for (const Comparison& comparison : cases) {
    for (const Side& side : sides_of(comparison)) {
      if (line.run == side.name) {
        (*side.operation)(line.times);
        return EXIT_SUCCESS;
      }
    }
  }
  std::cerr << "There is no case '" << line.run << "'. The cases are:\n";
  for (const Comparison& comparison : cases) {
    for (const Side& side : sides_of(comparison)) {
      std::cerr << "  " << side.name << '\n';
    }
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
