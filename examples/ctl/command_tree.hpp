#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ctl/app.hpp"

namespace tenantctl {

/// An option, or an argument that stands by its place.
struct OptionInfo {
  std::vector<std::string> names;  ///< `-y`, `--yes`; an argument's one name.
  std::string type;                ///< What its value is, such as `FILE`; empty for a flag.
  std::string description;
  bool may_repeat = false;
};

/// A command with what belongs to it alone.
struct CommandInfo {
  std::string path;  ///< `tenants create`; empty for the program itself.
  std::string description;
  std::vector<std::string> subcommands = {};
  std::vector<OptionInfo> options = {};  ///< Without `--help`, which every command has.
  std::vector<OptionInfo> arguments = {};
};

/// Every command of a program, the program first, each before those within it.
std::vector<CommandInfo> list_commands(const CLI::App& app);

/// The words that a value of a type may be; none where it may be anything.
std::vector<std::string> words_of_type(std::string_view type);

}  // namespace tenantctl
