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

/// One thing done in two ways.
struct Comparison {
  std::string name;
  Operation raw;
  Operation library;
  std::size_t batch;  ///< Operations per call when timed; warms the caches when counted.
  std::optional<Goal> instructions_goal = {};
};

/// Measures both sides of each case in one run and prints what was found: processor time, with
/// repetitions of all cases in random order so that a slow moment of the machine hits them alike,
/// and instructions, where Valgrind is installed. The figures are named after the case:
/// `NAME_time_ratio` and `NAME_instructions_ratio`, library over raw.
///
/// With `--run`, runs one side of one case instead, named `NAME/raw` or `NAME/library`.
/// Returns the program's exit status, which does not depend on goals.
int compare(const std::vector<Comparison>& cases, const std::string& against,
            const CommandLine& line);

}  // namespace tenancy_bench
