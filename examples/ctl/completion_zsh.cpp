#include <string_view>

#include "ctl/completion.hpp"

namespace tenantctl {
namespace {

/// Between quotes of the shell.
std::string in_quotes(std::string_view text) {
  std::string result{"'"};
  for (const char c : text) {
    result += c == '\'' ? std::string{R"('\'')"} : std::string{c};
  }
  return result + "'";
}

/// With those characters escaped that mean something to `_arguments` and `_describe`.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') {
      result += '\\';
    }
    result += c;
  }
  return result;
}

std::string action_for(const std::string& type) {
  if (type == "FILE") {
    return "_files";
  }
  if (type == "DIR") {
    return "_files -/";
  }
  std::string words;
  for (const std::string& word : words_of_type(type)) {
    words += (words.empty() ? "" : " ") + word;
  }
  return words.empty() ? "" : "(" + words + ")";
}

std::string spec_of(const OptionInfo& option) {
  std::string all;
  for (const std::string& name : option.names) {
    all += (all.empty() ? "" : " ") + name;
  }
  std::string specs;
  for (const std::string& name : option.names) {
    std::string spec = option.may_repeat ? "*" : "(" + all + ")";
    spec += name + (option.type.empty() ? "" : "=") + "[" + escaped(option.description) + "]";
    if (!option.type.empty()) {
      spec += ":" + option.type + ":" + action_for(option.type);
    }
    specs += " \\\n    " + in_quotes(spec);
  }
  return specs;
}

std::string function_name(const std::string& path) {
  std::string name{"_tenantctl"};
  for (const char c : path.empty() ? std::string{} : " " + path) {
    name += c == ' ' || c == '-' ? '_' : c;
  }
  return name;
}

std::string last_word(const std::string& path) { return path.substr(path.rfind(' ') + 1); }

/// Whether a command stands directly within another.
bool is_within(const std::string& path, const std::string& outer) {
  const std::string start = outer.empty() ? outer : outer + " ";
  return path.size() > start.size() && path.starts_with(start) &&
         path.find(' ', start.size()) == std::string::npos;
}

std::string function_of(const CommandInfo& command, const std::vector<CommandInfo>& commands) {
  std::string text = "\n" + function_name(command.path) + "() {\n";
  const bool is_group = !command.subcommands.empty();
  if (is_group) {
    text += "  local curcontext=$curcontext state line\n  typeset -A opt_args\n";
  }
  text += std::string{"  _arguments "} + (is_group ? "-C " : "-s ") + "\"${_tenantctl_shared[@]}\"";
  for (const OptionInfo& option : command.options) {
    if (!command.path.empty() || option.names.back() == "--version") {
      text += spec_of(option);
    }
  }
  for (const OptionInfo& argument : command.arguments) {
    text += " \\\n    " + in_quotes(":" + argument.names.front() + ":" + action_for(argument.type));
  }
  if (!is_group) {
    return text + "\n}\n";
  }
  text += " \\\n    '1: :->command' \\\n    '*:: :->rest'\n";
  std::string items;
  std::string cases;
  for (const CommandInfo& inner : commands) {
    if (is_within(inner.path, command.path)) {
      const std::string name = last_word(inner.path);
      items += "        " + in_quotes(name + ":" + escaped(inner.description)) + "\n";
      cases += "        " + name + ") " + function_name(inner.path) + " ;;\n";
    }
  }
  return text + "  case $state in\n    command)\n      local -a commands=(\n" + items +
         "      )\n      _describe -t commands command commands\n      ;;\n    rest)\n"
         "      case $line[1] in\n" +
         cases + "      esac\n      ;;\n  esac\n}\n";
}

}  // namespace

std::string zsh_completion(const std::vector<CommandInfo>& commands) {
  std::string text{
      "#compdef tenantctl\n# zsh completion of tenantctl, as `tenantctl completion zsh` prints "
      "it.\n\ntypeset -ga _tenantctl_shared=( \\\n    '(-h --help)'{-h,--help}'[Show how it is "
      "used]'"};
  for (const OptionInfo& option : commands.front().options) {
    if (option.names.back() != "--version") {
      text += spec_of(option);
    }
  }
  text += "\n)\n";
  for (const CommandInfo& command : commands) {
    text += function_of(command, commands);
  }
  // The first use reads the file as the function; whoever sources it registers it.
  return text +
         "\nif [[ $funcstack[1] == _tenantctl ]]; then\n  _tenantctl \"$@\"\nelse\n"
         "  compdef _tenantctl tenantctl\nfi\n";
}

}  // namespace tenantctl
