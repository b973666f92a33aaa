#pragma once

#include <optional>
#include <string>
#include <vector>

namespace tenancy_bench {

/// How another program ended.
struct ChildResult {
  bool succeeded;      ///< It exited by itself, with status 0.
  std::string errors;  ///< What it wrote to standard error.
};

/// Runs a program found on the path, without a shell and with nothing on its standard output, and
/// waits for its end. Nothing when it cannot be started, because it is not installed for example.
std::optional<ChildResult> run_program(const std::vector<std::string>& command);

}  // namespace tenancy_bench
