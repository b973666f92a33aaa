#include <set>
#include <string_view>

#include "ctl/completion.hpp"

namespace tenantctl {
namespace {

std::string in_quotes(std::string_view text) {
  std::string result{"'"};
  for (const char c : text) {
    if (c == '\'' || c == '\\') {
      result += '\\';
    }
    result += c;
  }
  return result + "'";
}

std::string at(const std::string& path) {
  return "complete -c tenantctl -n " +
         in_quotes("__fish_tenantctl_at" + (path.empty() ? "" : " " + path));
}

/// What fish offers for a value.
std::string offer_for(const std::string& type) {
  if (type == "FILE") {
    return " -F";
  }
  if (type == "DIR") {
    return " -f -a '(__fish_complete_directories)'";
  }
  std::string words;
  for (const std::string& word : words_of_type(type)) {
    words += (words.empty() ? "" : " ") + word;
  }
  return words.empty() ? " -f" : " -f -a " + in_quotes(words);
}

std::string names_of(const OptionInfo& option) {
  std::string text;
  for (const std::string& name : option.names) {
    text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  return text;
}

std::string lines_of(const CommandInfo& command, const std::vector<CommandInfo>& commands) {
  std::string lines;
  for (const std::string& name : command.subcommands) {
    const std::string path = command.path.empty() ? name : command.path + " " + name;
    for (const CommandInfo& each : commands) {
      if (each.path == path) {
        lines += at(command.path) + " -a " + name + " -d " + in_quotes(each.description) + "\n";
      }
    }
  }
  for (const OptionInfo& option : command.options) {
    // What the program itself takes, every command does.
    lines += (command.path.empty() ? "complete -c tenantctl" : at(command.path)) +
             names_of(option) + (option.type.empty() ? "" : " -r" + offer_for(option.type)) +
             " -d " + in_quotes(option.description) + "\n";
  }
  for (const OptionInfo& argument : command.arguments) {
    if (const std::string offer = offer_for(argument.type); offer != " -f") {
      lines += at(command.path) + offer + "\n";
    }
  }
  return lines;
}

}  // namespace

std::string fish_completion(const std::vector<CommandInfo>& commands) {
  std::string paths;
  std::set<std::string> with_value;
  std::string lines;
  for (const CommandInfo& command : commands) {
    paths += command.path.empty() ? "" : " " + in_quotes(command.path);
    for (const OptionInfo& option : command.options) {
      if (!option.type.empty()) {
        with_value.insert(option.names.begin(), option.names.end());
      }
    }
    lines += lines_of(command, commands);
  }
  std::string options;
  for (const std::string& name : with_value) {
    options += " " + name;
  }
  return "# fish completion of tenantctl, as `tenantctl completion fish` prints it.\n\n"
         "# Whether the commands so far are these.\n"
         "function __fish_tenantctl_at\n"
         "    set -l known" +
         paths + "\n    set -l with_value" + options +
         "\n"
         "    set -l path\n"
         "    set -l skips\n"
         "    for word in (commandline -opc)[2..-1]\n"
         "        if set -q skips[1]\n"
         "            set skips\n"
         "        else if contains -- $word $with_value\n"
         "            set skips yes\n"
         "        else if contains -- (string join ' ' -- $path $word) $known\n"
         "            set path $path $word\n"
         "        end\n"
         "    end\n"
         "    test \"$path\" = \"$argv\"\n"
         "end\n\n"
         "complete -c tenantctl -f\n"
         "complete -c tenantctl -s h -l help -d 'Show how it is used'\n" +
         lines;
}

}  // namespace tenantctl
