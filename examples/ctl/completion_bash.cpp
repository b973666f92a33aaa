#include "ctl/completion.hpp"

namespace tenantctl {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    text += (text.empty() ? "" : " ") + word;
  }
  return text;
}

/// One case of a function that answers with words.
std::string answer(const std::string& pattern, const std::string& words) {
  return "    " + pattern + ") echo '" + words + "' ;;\n";
}

std::string options_of(const CommandInfo& command) {
  std::vector<std::string> names;
  for (const OptionInfo& option : command.options) {
    names.insert(names.end(), option.names.begin(), option.names.end());
  }
  return joined(names);
}

std::string values_of(const CommandInfo& command) {
  std::string cases;
  for (const OptionInfo& option : command.options) {
    for (const std::string& name : option.names) {
      if (!option.type.empty()) {
        // What the program itself takes, every command does.
        const std::string pattern =
            command.path.empty() ? "*' " + name + "'" : "'" + command.path + " " + name + "'";
        cases += answer(pattern, option.type);
      }
    }
  }
  return cases;
}

std::string arguments_of(const CommandInfo& command) {
  std::string cases;
  for (std::size_t i = 0; i < command.arguments.size(); ++i) {
    cases += answer("'" + command.path + " " + std::to_string(i) + "'", command.arguments[i].type);
  }
  return cases;
}

constexpr auto head = R"(# bash completion of tenantctl, as `tenantctl completion bash` prints it.

)";

constexpr auto body = R"bash(
_tenantctl_values() {
  local current=$2
  case $1 in
    FILE) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
    DIR) mapfile -t COMPREPLY < <(compgen -d -- "$current") ;;
    *) mapfile -t COMPREPLY < <(compgen -W "$(_tenantctl_words "$1")" -- "$current") ;;
  esac
  case $1 in
    FILE | DIR) compopt -o filenames 2>/dev/null ;;
  esac
}

_tenantctl() {
  local current=${COMP_WORDS[COMP_CWORD]} path='' kind='' places=0 literal='' i word
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; ++i)); do
    word=${COMP_WORDS[i]}
    if [[ -n $kind ]]; then
      # An equals sign before a value is a word of its own.
      [[ $word == = ]] || kind=''
    elif [[ -z $literal && $word == -- ]]; then
      literal=yes
    elif [[ -z $literal && $word == -* ]]; then
      kind=$(_tenantctl_kind "$path $word")
    elif [[ " $(_tenantctl_commands "$path") " == *" $word "* ]]; then
      path=${path:+$path }$word
    else
      places=$((places + 1))
    fi
  done
  if [[ -n $kind ]]; then
    [[ $current != = ]] || current=''
    _tenantctl_values "$kind" "$current"
  elif [[ -z $literal && $current == -* ]]; then
    word="$(_tenantctl_options "$path") $(_tenantctl_options '') --help"
    mapfile -t COMPREPLY < <(compgen -W "$word" -- "$current")
  elif [[ -n $(_tenantctl_commands "$path") ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(_tenantctl_commands "$path")" -- "$current")
  else
    _tenantctl_values "$(_tenantctl_place "$path $places")" "$current"
  fi
}

complete -F _tenantctl tenantctl
)bash";

std::string function(const std::string& name, const std::string& cases) {
  return name + "() {\n  case $1 in\n" + cases + "  esac\n}\n";
}

}  // namespace

std::string bash_completion(const std::vector<CommandInfo>& commands) {
  std::string names;
  std::string options;
  std::string values;
  std::string arguments;
  std::string values_of_all;
  for (const CommandInfo& command : commands) {
    const std::string pattern = "'" + command.path + "'";
    if (!command.subcommands.empty()) {
      names += answer(pattern, joined(command.subcommands));
    }
    if (!command.options.empty()) {
      options += answer(pattern, options_of(command));
    }
    (command.path.empty() ? values_of_all : values) += values_of(command);
    arguments += arguments_of(command);
  }
  std::string words;
  for (const char* const type : {"STATUS", "FIELD", "SCOPE", "SHELL"}) {
    words += answer(type, joined(words_of_type(type)));
  }
  return head + function("_tenantctl_commands", names) + "\n" +
         function("_tenantctl_options", options) + "\n" +
         function("_tenantctl_kind", values + values_of_all) + "\n" +
         function("_tenantctl_place", arguments) + "\n" + function("_tenantctl_words", words) +
         body;
}

}  // namespace tenantctl
