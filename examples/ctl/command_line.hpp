#pragma once

#include <variant>
#include <vector>

#include "ctl/command_tree.hpp"
#include "ctl/options.hpp"

namespace tenantctl {

/// What the command line asks for.
struct Invocation {
  Options options;
  Command command;
};

/// Whether errors are to be JSON, as far as that can be told of a command line that is wrong.
bool asks_for_json(int argc, const char* const* argv);

/// All that `parse_command_line` takes.
std::vector<CommandInfo> known_commands();

/// The command, or the text to print and end with, for `--help` and `--version`. Errors: usage.
Outcome<std::variant<Invocation, std::string>> parse_command_line(int argc,
                                                                  const char* const* argv);

}  // namespace tenantctl
