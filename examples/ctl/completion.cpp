#include "ctl/completion.hpp"

#include <memory>

#include <CLI/App.hpp>

#include "ctl/display.hpp"
#include "ctl/session.hpp"

namespace tenantctl {
namespace {

Outcome<std::string> script_for(const std::string& shell,
                                const std::vector<CommandInfo>& commands) {
  if (shell == "bash") {
    return bash_completion(commands);
  }
  if (shell == "zsh") {
    return zsh_completion(commands);
  }
  if (shell == "fish") {
    return fish_completion(commands);
  }
  return Failure::misused("There is no completion for " + printable(shell) + ".",
                          "There is one for bash, for zsh and for fish.");
}

}  // namespace

void add_completion_command(CLI::App& app, Command& chosen) {
  auto* const command =
      app.add_subcommand("completion", "Print what a shell needs to complete commands");
  const auto shell = std::make_shared<std::string>();
  command->add_option("SHELL", *shell, "bash, zsh or fish")->type_name("SHELL")->required();
  command->callback([&app, &chosen, shell] {
    chosen.needs = Needs::nothing;
    chosen.run = [script = script_for(*shell, list_commands(app))](Session& session) {
      if (!script) {
        return Outcome<void>{script.error()};
      }
      session.output().write(script.value());
      return Outcome<void>{success()};
    };
  });
}

}  // namespace tenantctl
