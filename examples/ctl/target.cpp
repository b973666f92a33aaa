#include "ctl/target.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <span>
#include <string_view>

namespace tenantctl {
namespace {

constexpr std::array<std::string_view, 4> of_stores{"--password-file", "--keys", "--migrations",
                                                    "--as"};
constexpr std::array<std::string_view, 3> of_servers{"--key-file", "--cacert", "--insecure-http"};

bool is_given(const std::vector<Setting>& settings, std::string_view flag) {
  return std::ranges::any_of(
      settings, [&](const Setting& each) { return each.flag == flag && each.is_given; });
}

}  // namespace

void read_environment(const std::vector<Setting>& settings) {
  for (const Setting& each : settings) {
    if (each.value == nullptr || each.is_given || each.environment.empty()) {
      continue;
    }
    if (const char* const text = std::getenv(each.environment.c_str())) {
      *each.value = text;
    }
  }
}

Outcome<void> choose_target(Options& options, const std::vector<Setting>& settings,
                            const std::string& command, Needs needs) {
  if (needs == Needs::nothing) {
    options.store.clear();
    options.server.clear();
    return success();
  }
  const bool names_store = is_given(settings, "--store");
  const bool names_server = is_given(settings, "--server");
  if (names_store && names_server) {
    return Failure::misused("Both a store and a server are named.",
                            "Give either --store or --server.");
  }
  if (names_store) {
    options.server.clear();
  } else if (names_server) {
    options.store.clear();
  } else if (!options.store.empty() && !options.server.empty()) {
    return Failure::misused("TENANTCTL_STORE and TENANTCTL_SERVER are both set.",
                            "Say which is meant: --store URL or --server URL.");
  }
  if (names_server && options.server.empty()) {
    return Failure::misused("--server has no URL.");
  }
  const bool is_server = !options.server.empty();
  if (is_server && needs == Needs::store) {
    return Failure::needs_store(command);
  }
  if (!is_server && needs == Needs::server) {
    return Failure::needs_server(command);
  }
  const auto& others = is_server ? std::span<const std::string_view>{of_stores}
                                 : std::span<const std::string_view>{of_servers};
  for (const std::string_view flag : others) {
    if (is_given(settings, flag)) {
      return Failure::misused(
          std::string{flag} + " is for a " +
          (is_server ? "store, not for a server." : "server, not for a store."));
    }
  }
  return success();
}

}  // namespace tenantctl
