#include "compile/sample.hpp"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>

namespace tenancy_bench {
namespace {

/// Cuts off the text before the words, and the words.
std::string cut(std::string& text, std::string_view words) {
  const auto found = text.find(words);
  if (found == std::string::npos) {
    std::cerr << "A source file to be compiled does not say '" << words << "'.\n";
    std::exit(EXIT_FAILURE);
  }
  std::string before = text.substr(0, found);
  text.erase(0, found + words.size());
  return before;
}

/// The entity's type and table, told from others by a number.
std::string numbered(std::string text, std::size_t number) {
  for (const std::string_view name : {"Deployment", "deployments"}) {
    const std::string suffix = "_" + std::to_string(number);
    for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at)) {
      at += name.size();
      text.insert(at, suffix);
    }
  }
  return text;
}

}  // namespace

Sample::Sample(const std::filesystem::path& file) {
  std::ifstream in{file};
  after_.assign(std::istreambuf_iterator<char>{in}, {});
  before_ = cut(after_, "// [entity\n");
  entity_ = cut(after_, "// entity]\n");
}

std::string Sample::with_entities(std::size_t count) const {
  std::string text = before_;
  for (std::size_t number = 0; number < count; ++number) {
    text += numbered(entity_, number);
  }
  return text + after_;
}

Sample Sample::without_include(std::string_view header) const {
  Sample shorter = *this;
  shorter.before_ = cut(shorter.after_ = before_, "#include " + std::string{header} + "\n");
  shorter.before_ += shorter.after_;
  shorter.after_ = after_;
  return shorter;
}

}  // namespace tenancy_bench
