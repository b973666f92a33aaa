#include "command_line.hpp"

#include <algorithm>
#include <charconv>
#include <iostream>
#include <span>
#include <string_view>

namespace tenancy_bench {
namespace {

template <class Number>
bool parse(std::string_view text, Number& number) {
  const char* const end = text.data() + text.size();
  const auto [stopped, failure] = std::from_chars(text.data(), end, number);
  return failure == std::errc{} && stopped == end;
}

bool parse_list(std::string_view text, std::vector<std::size_t>& numbers) {
  bool understood = true;
  while (understood && !text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    understood = parse(text.substr(0, comma), numbers.emplace_back()) && numbers.back() > 0;
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return understood && !numbers.empty();
}

bool assign(CommandLine& line, std::string_view option, std::string_view value) {
  if (option == "--json") {
    line.json = value;
  } else if (option == "--store") {
    line.store = value;
  } else if (option == "--run") {
    line.run = value;
  } else if (option == "--times") {
    return parse(value, line.times);
  } else if (option == "--seconds") {
    return parse(value, line.seconds.emplace()) && *line.seconds > 0;
  } else if (option == "--sizes") {
    return parse_list(value, line.sizes);
  } else {
    return false;
  }
  return !value.empty();
}

}  // namespace

std::optional<CommandLine> parse_command_line(int count, const char* const* arguments) {
  const std::span all{arguments, static_cast<std::size_t>(count)};
  CommandLine line;
  bool understood = all.size() % 2 == 1;
  for (std::size_t i = 1; understood && i < all.size(); i += 2) {
    understood = assign(line, all[i], all[i + 1]);
  }
  if (understood && line.run.empty() == (line.times == 0)) {
    return line;
  }
  std::cerr << "usage: " << all[0]
            << " [--json FILE] [--store FILE] [--seconds S] [--sizes N,...]\n"
            << "       " << all[0] << " --run CASE --times N [--store FILE] [--seconds S]\n";
  return std::nullopt;
}

}  // namespace tenancy_bench
