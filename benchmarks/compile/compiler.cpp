#include "compile/compiler.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include <sys/resource.h>

#include "child_process.hpp"

namespace tenancy_bench {
namespace {

/// Of the children that have ended, and theirs.
double children_milliseconds() {
  rusage usage{};
  ::getrusage(RUSAGE_CHILDREN, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec) * 1e3 +
         static_cast<double>(usage.ru_utime.tv_usec) / 1e3;
}

}  // namespace

Compiler::Compiler() : command_{TENANCY_BENCH_COMPILER, "-std=c++20"} {
  std::string_view folders = TENANCY_BENCH_INCLUDE_FOLDERS;
  while (!folders.empty()) {
    const auto end = std::min(folders.find('|'), folders.size());
    command_.insert(command_.end(), {"-I", std::string{folders.substr(0, end)}});
    folders.remove_prefix(std::min(end + 1, folders.size()));
  }
}

double Compiler::milliseconds(const std::filesystem::path& source, Effort effort) const {
  auto command = command_;
  if (effort == Effort::check) {
    command.insert(command.end(), {"-O0", "-fsyntax-only"});
  } else {
    command.insert(command.end(), {"-O2", "-c", "-o", source.string() + ".o"});
  }
  command.push_back(source.string());
  const double before = children_milliseconds();
  const auto result = run_program(command);
  if (!result || !result->succeeded) {
    std::cerr << source.string() << " does not compile:\n"
              << (result ? result->errors : "the compiler cannot be started\n");
    std::exit(EXIT_FAILURE);
  }
  return children_milliseconds() - before;
}

}  // namespace tenancy_bench
