#include "ctl/command_tree.hpp"

#include <CLI/App.hpp>

#include "tenancy/registry/tenant.hpp"

namespace tenantctl {
namespace {

OptionInfo info_of(const CLI::Option& option) {
  OptionInfo info;
  if (option.get_positional()) {
    info.names.push_back(option.get_single_name());
  } else {
    for (const std::string& name : option.get_snames()) {
      info.names.push_back("-" + name);
    }
    for (const std::string& name : option.get_lnames()) {
      info.names.push_back("--" + name);
    }
  }
  if (option.get_items_expected_max() > 0) {
    // Behind a colon stand the rules for it.
    const std::string type = option.get_type_name();
    info.type = type.substr(0, type.find(':'));
  }
  info.description = option.get_description();
  info.may_repeat = option.get_items_expected_max() > 1;
  return info;
}

void add(const CLI::App& app, const std::string& path, std::vector<CommandInfo>& commands) {
  CommandInfo info{.path = path, .description = app.get_description()};
  for (const CLI::Option* const option : app.get_options()) {
    if (option != app.get_help_ptr()) {
      (option->get_positional() ? info.arguments : info.options).push_back(info_of(*option));
    }
  }
  const auto subcommands = app.get_subcommands([](const CLI::App*) { return true; });
  for (const CLI::App* const each : subcommands) {
    info.subcommands.push_back(each->get_name());
  }
  commands.push_back(std::move(info));
  for (const CLI::App* const each : subcommands) {
    add(*each, path.empty() ? each->get_name() : path + " " + each->get_name(), commands);
  }
}

}  // namespace

std::vector<CommandInfo> list_commands(const CLI::App& app) {
  std::vector<CommandInfo> commands;
  add(app, {}, commands);
  return commands;
}

std::vector<std::string> words_of_type(std::string_view type) {
  if (type == "STATUS") {
    return {"provisioning", "active", "inactive", "suspended", "archived"};
  }
  if (type == "FIELD") {
    return {"created_at", "-created_at", "updated_at", "-updated_at",
            "slug",       "-slug",       "name",       "-name"};
  }
  if (type == "SCOPE") {
    return {"read", "write", "admin"};
  }
  if (type == "SHELL") {
    return {"bash", "zsh", "fish"};
  }
  return {};
}

}  // namespace tenantctl
