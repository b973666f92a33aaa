#include "instructions.hpp"

#include <charconv>
#include <iostream>
#include <string_view>
#include <system_error>
#include <utility>

#include "child_process.hpp"

namespace tenancy_bench {
namespace {

constexpr const char* valgrind = "valgrind";

/// The number behind callgrind's last `Collected : `.
std::optional<std::uint64_t> collected(std::string_view report) {
  constexpr std::string_view label = "Collected : ";
  const auto found = report.rfind(label);
  if (found == std::string_view::npos) {
    return std::nullopt;
  }
  report.remove_prefix(found + label.size());
  std::uint64_t number = 0;
  const auto [stopped, failure] =
      std::from_chars(report.data(), report.data() + report.size(), number);
  if (failure != std::errc{}) {
    return std::nullopt;
  }
  return number;
}

std::vector<std::string> arguments_of(const CommandLine& line) {
  std::vector<std::string> arguments;
  if (!line.store.empty()) {
    arguments = {"--store", line.store};
  }
  std::string sizes;
  for (const std::size_t size : line.sizes) {
    sizes += (sizes.empty() ? "" : ",") + std::to_string(size);
  }
  if (!sizes.empty()) {
    arguments.insert(arguments.end(), {"--sizes", sizes});
  }
  return arguments;
}

}  // namespace

std::optional<InstructionCounter> InstructionCounter::create(const CommandLine& line) {
  const auto answer = run_program({valgrind, "--version"});
  std::error_code failure;
  auto program = std::filesystem::read_symlink("/proc/self/exe", failure);
  if (!answer || !answer->succeeded || failure) {
    return std::nullopt;
  }
  return InstructionCounter{std::move(program), arguments_of(line)};
}

std::optional<double> InstructionCounter::per_operation(const std::string& name, std::size_t fewer,
                                                        std::size_t more) const {
  const auto less = count(name, fewer);
  const auto all = count(name, more);
  if (!less || !all || *all < *less || more <= fewer) {
    return std::nullopt;
  }
  return static_cast<double>(*all - *less) / static_cast<double>(more - fewer);
}

std::optional<std::uint64_t> InstructionCounter::count(const std::string& name,
                                                       std::size_t times) const {
  std::vector<std::string> command{
      valgrind,  "--tool=callgrind",   "--callgrind-out-file=/dev/null", program_, "--run", name,
      "--times", std::to_string(times)};
  command.insert(command.end(), data_.begin(), data_.end());
  const auto result = run_program(command);
  const auto number = result && result->succeeded ? collected(result->errors) : std::nullopt;
  if (!number) {
    std::cerr << "Counting the instructions of " << name << " failed:\n"
              << (result ? result->errors : "valgrind cannot be started\n");
  }
  return number;
}

}  // namespace tenancy_bench
