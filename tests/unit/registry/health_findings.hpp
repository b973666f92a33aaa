#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "tenancy/registry/health.hpp"

#include "support/test_store.hpp"

namespace tenancy_test {

/// Thresholds that any disk passes, so that a test sees its own findings alone.
inline tenancy::HealthOptions any_disk(tenancy::HealthOptions options = {}) {
  options.low_disk_bytes = 0;
  options.full_disk_bytes = 0;
  return options;
}

inline const tenancy::HealthCheck& check_of(const tenancy::HealthReport& report,
                                            std::string_view name) {
  const tenancy::HealthCheck* const check = report.find(name);
  REQUIRE(check != nullptr);
  return *check;
}

inline std::int64_t figure_of(const tenancy::HealthCheck& check, std::string_view name) {
  for (const auto& figure : check.figures) {
    if (figure.name == name) {
      return figure.value;
    }
  }
  FAIL("no figure " << std::string{name});
  return 0;
}

/// All checks that are not ok, as `NAME STATE`.
inline std::set<std::string> findings_of(const tenancy::HealthReport& report) {
  std::set<std::string> findings;
  for (const tenancy::HealthCheck& check : report.checks) {
    if (check.state != tenancy::HealthState::ok) {
      findings.insert(std::string{check.name} + " " + std::string{to_string(check.state)});
    }
  }
  return findings;
}

using Findings = std::set<std::string>;

inline bool says(const tenancy::HealthCheck& check, std::string_view part) {
  return check.message.find(part) != std::string::npos;
}

inline std::uintmax_t size_of(const TestStore& test, const char* suffix) {
  return std::filesystem::file_size(test.file().string() + suffix);
}

/// A text of lines for what a child process reports.
inline std::string lines_of(const tenancy::HealthReport& report) {
  std::string lines;
  for (const auto& finding : findings_of(report)) {
    lines += finding + "\n";
  }
  return lines;
}

}  // namespace tenancy_test
