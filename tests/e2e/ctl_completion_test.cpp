// The completions and the manual tell what the program takes, no less and no more.

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "ctl/command_line.hpp"
#include "e2e/ctl_process.hpp"
#include "support/temporary_folder.hpp"

namespace {

using e2e::run_ctl;
using tenancy_test::TemporaryFolder;
using Words = std::set<std::string>;

const std::string sources{TENANTCTL_SOURCES};

std::string read(const std::string& file) {
  std::ifstream stream{file};
  return {std::istreambuf_iterator<char>{stream}, std::istreambuf_iterator<char>{}};
}

Words lines_of(const std::string& text) {
  Words words;
  std::istringstream stream{text};
  for (std::string line; std::getline(stream, line);) {
    // fish puts a description behind a tab.
    line = line.substr(0, line.find('\t'));
    while (line.ends_with(' ')) {
      line.pop_back();
    }
    words.insert(line);
  }
  return words;
}

/// What a program prints, which must succeed and say nothing else.
std::string output_of(std::vector<std::string> words) {
  const TemporaryFolder folder;
  const std::string output = folder.path() / "output";
  std::string command;
  for (const std::string& word : words) {
    command += "'" + std::regex_replace(word, std::regex{"'"}, R"('\'')") + "' ";
  }
  const int status = std::system((command + ">'" + output + "' 2>&1").c_str());
  INFO(read(output));
  CHECK(status == 0);
  return read(output);
}

/// What bash offers behind words, the last of which is the one that is written.
Words in_bash(const std::vector<std::string>& words) {
  std::string script = "source \"$0\"; COMP_WORDS=(tenantctl";
  for (const std::string& word : words) {
    script += " '" + word + "'";
  }
  script += "); COMP_CWORD=" + std::to_string(words.size()) +
            "; _tenantctl; printf '%s\\n' \"${COMPREPLY[@]}\"";
  return lines_of(
      output_of({"bash", "--norc", "-c", script, sources + "/completion/tenantctl.bash"}));
}

Words in_fish(const std::string& line) {
  return lines_of(
      output_of({"fish", "--no-config", "-c",
                 "source " + sources + "/completion/tenantctl.fish; complete -C '" + line + "'"}));
}

std::vector<std::string> split(const std::string& text) {
  std::istringstream stream{text};
  return {std::istream_iterator<std::string>{stream}, {}};
}

Words options_of(const tenantctl::CommandInfo& command) {
  Words names;
  for (const auto& option : command.options) {
    names.insert(option.names.begin(), option.names.end());
  }
  return names;
}

TEST_CASE("the completions are those that the program prints") {
  for (const auto& [shell, file] : std::map<std::string, std::string>{
           {"bash", "tenantctl.bash"}, {"zsh", "_tenantctl"}, {"fish", "tenantctl.fish"}}) {
    const auto printed = run_ctl({.arguments = {"completion", shell}});
    CHECK(printed.status == 0);
    CHECK(printed.errors.empty());
    const std::string mend = "tenantctl completion " + shell + " > examples/ctl/completion/" + file;
    CAPTURE(mend);
    CHECK((printed.output == read(sources + "/completion/" + file)));
  }
  CHECK(run_ctl({.arguments = {"completion", "tcsh"}}).status == 2);
  CHECK(run_ctl({.arguments = {"completion"}}).status == 2);
}

TEST_CASE("bash completes every command and every option, and nothing else") {
  const auto commands = tenantctl::known_commands();
  const Words shared = options_of(commands.front());
  for (const auto& command : commands) {
    CAPTURE(command.path);
    auto words = split(command.path);
    words.emplace_back("");
    if (!command.subcommands.empty()) {
      CHECK(in_bash(words) == Words(command.subcommands.begin(), command.subcommands.end()));
    }
    words.back() = "-";
    Words wanted = options_of(command);
    wanted.insert(shared.begin(), shared.end());
    wanted.insert("--help");
    CHECK(in_bash(words) == wanted);
  }
}

TEST_CASE("fish completes every command and every option") {
  const auto commands = tenantctl::known_commands();
  const Words shared = options_of(commands.front());
  for (const auto& command : commands) {
    CAPTURE(command.path);
    const std::string line = "tenantctl " + command.path + (command.path.empty() ? "" : " ");
    if (!command.subcommands.empty()) {
      CHECK(in_fish(line) == Words(command.subcommands.begin(), command.subcommands.end()));
    }
    Words wanted = options_of(command);
    wanted.insert(shared.begin(), shared.end());
    wanted.erase("-y");
    wanted.insert("--help");
    CHECK(in_fish(line + "--") == wanted);
  }
}

TEST_CASE("words are completed from where they begin, behind options and their values") {
  CHECK(in_bash({"te"}) == Words{"tenants"});
  CHECK(in_bash({"--json", "--store", "keys", "te"}) == Words{"tenants"});
  CHECK(in_bash({"--store", "=", "keys", "te"}) == Words{"tenants"});
  CHECK(in_bash({"tenants", "list", "--pag"}) == Words{"--page"});
  CHECK(in_bash({"tenants", "list", "--status", "s"}) == Words{"suspended"});
  CHECK(in_bash({"tenants", "list", "--status", "=", "s"}) == Words{"suspended"});
  CHECK(in_bash({"tenants", "list", "--status", "="}).size() == 5);
  CHECK(in_bash({"tenants", "list", "--sort", "u"}) == Words{"updated_at"});
  CHECK(in_bash({"tenants", "list", "--sort", "-n"}) == Words{"-name"});
  CHECK(in_bash({"keys", "issue", "acme", "--scope", ""}) == Words{"admin", "read", "write"});
  CHECK(in_bash({"completion", ""}) == Words{"bash", "fish", "zsh"});
  // A tenant that is called like a command is a tenant.
  CHECK(in_bash({"tenants", "show", "list", ""}) == Words{""});
  CHECK(in_bash({"tenants", "show", "--", "-"}) == Words{""});
  const TemporaryFolder folder;
  std::ofstream{folder.path() / "a file"} << "x";
  CHECK(in_bash({"--key-file", (folder.path() / "a ").string()}) ==
        Words{(folder.path() / "a file").string()});
  CHECK(in_bash({"backup", (folder.path() / "a ").string()}) ==
        Words{(folder.path() / "a file").string()});

  CHECK(in_fish("tenantctl te") == Words{"tenants"});
  CHECK(in_fish("tenantctl --json --store keys te") == Words{"tenants"});
  CHECK(in_fish("tenantctl tenants list --status s") == Words{"suspended"});
  CHECK(in_fish("tenantctl tenants list --status=s") == Words{"--status=suspended"});
  CHECK(in_fish("tenantctl keys issue acme --scope ") == Words{"admin", "read", "write"});
  CHECK(in_fish("tenantctl completion ") == Words{"bash", "fish", "zsh"});
}

TEST_CASE("zsh is offered every command and every option") {
  // In the place of what offers things where a line is edited.
  const std::string check =
      "autoload -Uz compinit; compinit -D -u; source \"$1\"; "
      "_arguments() { print -rl -- \"$@\"; state=command; line=(none) }; "
      "_describe() { print -rl -- ${(P)4} }; "
      "for f in ${(k)functions[(I)_tenantctl*]}; do print \"function $f\"; $f; done; "
      "print function end";
  const std::string offered =
      output_of({"zsh", "-f", "-c", check, "zsh", sources + "/completion/_tenantctl"});
  for (const auto& command : tenantctl::known_commands()) {
    CAPTURE(command.path);
    std::string name = "function _tenantctl" + (command.path.empty() ? "" : "_" + command.path);
    std::replace(name.begin() + 9, name.end(), ' ', '_');
    std::replace(name.begin() + 9, name.end(), '-', '_');
    const auto begin = offered.find(name + "\n");
    REQUIRE(begin != std::string::npos);
    const std::string part = offered.substr(begin, offered.find("\nfunction ", begin) - begin);
    for (const auto& subcommand : command.subcommands) {
      CAPTURE(subcommand);
      CHECK(part.find("\n" + subcommand + ":") != std::string::npos);
    }
    for (const auto& option : command.options) {
      CAPTURE(option.names.back());
      CHECK(part.find(option.names.back() + (option.type.empty() ? "[" : "=[")) !=
            std::string::npos);
    }
  }
}

TEST_CASE("the manual has every command with its options, and no other") {
  std::istringstream manual{read(sources + "/man/tenantctl.1")};
  std::map<std::string, Words> told;
  std::string at;
  bool is_list = false;
  const std::regex flag{R"(Fl (-?[a-z][a-z-]*))"};
  for (std::string line; std::getline(manual, line);) {
    if (line.starts_with(".Sh ") || line.starts_with(".Ss ")) {
      is_list = line == ".Sh OPTIONS";
      at = "";
      continue;
    }
    if (line.starts_with(".It Cm ")) {
      is_list = true;
      at = std::regex_replace(line.substr(7), std::regex{" (Ar|Fl) .*"}, "");
      told[at];
    }
    // Within the options' own texts others are named that they have to do with.
    if (!is_list || (at.empty() && !line.starts_with(".It "))) {
      continue;
    }
    for (std::sregex_iterator each{line.begin(), line.end(), flag}; each != std::sregex_iterator{};
         ++each) {
      told[at].insert("-" + (*each)[1].str());
    }
  }
  told[""].erase("-h");
  told[""].erase("--help");
  std::map<std::string, Words> known;
  for (const auto& command : tenantctl::known_commands()) {
    if (command.path.empty() || command.subcommands.empty()) {
      known[command.path] = options_of(command);
    }
  }
  for (const auto& command : known) {
    CAPTURE(command.first);
    CHECK(told.contains(command.first));
    CHECK(told[command.first] == command.second);
  }
  CHECK(told.size() == known.size());
}

TEST_CASE("the manual is well-formed") {
  CHECK(output_of({"mandoc", "-T", "lint", "-W", "warning", sources + "/man/tenantctl.1"}).empty());
}

}  // namespace
