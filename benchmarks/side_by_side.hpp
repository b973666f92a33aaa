#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "command_line.hpp"
#include "figures.hpp"

namespace tenancy_bench {

/// Does something that many times. What it does once per call, such as opening a transaction, is
/// shared by the operations of a batch.
using Operation = std::function<void(std::size_t times)>;

/// A further way of doing the thing, which the library is compared with as well.
struct Peer {
  std::string name;
  Operation operation;
};

/// One thing done in two ways or more.
struct Comparison {
  std::string name;
  Operation raw;
  Operation through_library;
  std::size_t batch;  ///< Operations per call when timed; warms the caches when counted.
  std::optional<Goal> instructions_goal = {};
  std::string against = {};  ///< Where it is not what the other cases are compared with.
  std::vector<Peer> peers = {};
  /// Undoes what an operation left behind, so that the next one finds the same; not measured.
  Operation take_back = {};
};

/// What one operation costs on each side; zero where it was not measured.
struct Costs {
  double raw = 0;
  double through_library = 0;
  std::vector<double> peers = {};  ///< In the order of the comparison's.

  [[nodiscard]] bool measured() const noexcept { return raw > 0 && through_library > 0; }
  [[nodiscard]] double ratio() const noexcept { return through_library / raw; }
};

/// What was found out about a comparison.
struct Measured {
  Costs instructions = {};
  Costs nanoseconds = {};
};

/// Measures all sides of each case in one run and prints what was found: processor time, with
/// repetitions of all cases in random order so that a slow moment of the machine hits them alike,
/// and instructions, where Valgrind is installed.
std::vector<Measured> measure(const std::vector<Comparison>& cases, const CommandLine& line);

/// The figures of that, named after the case: `NAME_time_ratio` and `NAME_instructions_ratio`,
/// library over raw. Those against a peer are `NAME_PEER_instructions_ratio` and likewise; their
/// goal is that the library needs less.
void add_ratios(Figures& figures, const std::vector<Comparison>& cases,
                const std::vector<Measured>& measured, const std::string& against);

/// Runs one side of one case for `--run`, named `NAME/raw`, `NAME/library` or `NAME/PEER`.
/// Returns the program's exit status.
int run_once(const std::vector<Comparison>& cases, const CommandLine& line);

/// Prints the figures, and writes them for `--json`. Returns the program's exit status, which does
/// not depend on goals.
int report(const Figures& figures, const CommandLine& line);

/// All of it, for a benchmark of nothing but comparisons.
int compare(const std::vector<Comparison>& cases, const std::string& against,
            const CommandLine& line);

}  // namespace tenancy_bench
