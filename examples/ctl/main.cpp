#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <variant>

#include <unistd.h>

#include "ctl/command_line.hpp"
#include "ctl/display.hpp"
#include "ctl/interruption.hpp"
#include "ctl/output.hpp"
#include "ctl/session.hpp"
#include "ctl/standard_streams.hpp"

namespace {

using tenantctl::Failure;
using tenantctl::Interruption;
using tenantctl::Invocation;
using tenantctl::Outcome;
using tenantctl::Output;

constexpr std::chrono::seconds usual_time{30};

std::optional<std::chrono::milliseconds> time_for(const Invocation& invocation) {
  std::optional<std::chrono::milliseconds> time = invocation.options.timeout;
  if (!time && !invocation.command.is_long) {
    time = usual_time;
  }
  return time && time->count() > 0 ? time : std::nullopt;
}

Outcome<void> run(const Invocation& invocation, Output& output, const Interruption& interruption) {
  tenantctl::Session session{invocation.options, output, interruption, time_for(invocation)};
  BOOST_OUTCOME_TRY(session.prepare());
  BOOST_OUTCOME_TRY(invocation.command.run(session));
  return output.finish();
}

int end(Output& output, const Failure& failure) {
  output.failure(failure);
  return static_cast<int>(failure.status);
}

int run_command_line(int argc, const char* const* argv) {
  Output output{std::cout,
                std::cerr,
                {.json = tenantctl::asks_for_json(argc, argv),
                 .colours = tenantctl::wants_colours(STDOUT_FILENO),
                 .notice_colours = tenantctl::wants_colours(STDERR_FILENO)}};
  const auto parsed = tenantctl::parse_command_line(argc, argv);
  if (!parsed) {
    return end(output, parsed.error());
  }
  if (const auto* const text = std::get_if<std::string>(&parsed.value())) {
    output.write(*text);
    const auto finished = output.finish();
    return finished ? EXIT_SUCCESS : end(output, finished.error());
  }
  const Interruption interruption;
  const auto done = run(std::get<Invocation>(parsed.value()), output, interruption);
  if (done) {
    return EXIT_SUCCESS;
  }
  const int status = end(output, done.error());
  const bool is_interrupted = interruption.signal() != 0 &&
                              done.error().code == tenancy::to_string(tenancy::errc::cancelled);
  return is_interrupted ? tenantctl::exit_status_of_signal(interruption.signal()) : status;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    tenantctl::fill_standard_streams();
    return run_command_line(argc, argv);
  } catch (const std::exception& e) {
    std::cerr << "tenantctl: " << tenantctl::printable(e.what()) << "\n";
    return EXIT_FAILURE;
  }
}
