#pragma once

#include <string>
#include <vector>

#include "ctl/options.hpp"

namespace tenantctl {

/// A text that an option or the environment gives.
struct Setting {
  std::string flag;  ///< `--store`.
  std::string environment;
  std::string* value;
  bool is_given = false;  ///< By its option.
};

/// Takes from the environment what no option gives.
void read_environment(const std::vector<Setting>& settings);

/// Leaves of store and server the one that a command is for: an option goes before the environment.
/// Errors: usage, when it cannot be told, when the command needs a store and is given a server, and
/// for an option that the other has no use for.
Outcome<void> choose_target(Options& options, const std::vector<Setting>& settings,
                            const std::string& command, Needs needs);

}  // namespace tenantctl
