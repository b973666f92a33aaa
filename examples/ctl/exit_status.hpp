#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "tenancy/core/error.hpp"

namespace tenantctl {

/// How the program ends, for scripts to react to. A number is never given another meaning.
enum class ExitStatus : std::uint8_t {
  ok = 0,
  failed = 1,
  misused = 2,
  not_found = 3,
  refused = 4,
  unconfirmed = 5,
  unavailable = 6,
  unusable_store = 7,
  findings = 8,
  unknown_outcome = 9,
};

/// A status and what it means, for people.
struct ExitMeaning {
  ExitStatus status;
  std::string_view meaning;
};

/// All of them, by number.
std::span<const ExitMeaning> exit_meanings() noexcept;

/// How a command ends that the library refused or failed.
ExitStatus exit_status_of(tenancy::Condition condition) noexcept;

/// How a program ends that a signal stopped, as shells have it.
constexpr int exit_status_of_signal(int signal) noexcept { return 128 + signal; }

}  // namespace tenantctl
