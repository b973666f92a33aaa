#pragma once

#include <string>
#include <vector>

#include "ctl/app.hpp"
#include "ctl/command_tree.hpp"
#include "ctl/options.hpp"

namespace tenantctl {

/// `completion bash | zsh | fish`.
void add_completion_command(CLI::App& app, Command& chosen);

// What each shell has to read to complete the commands, their options and what is known of values.
std::string bash_completion(const std::vector<CommandInfo>& commands);
std::string zsh_completion(const std::vector<CommandInfo>& commands);
std::string fish_completion(const std::vector<CommandInfo>& commands);

}  // namespace tenantctl
