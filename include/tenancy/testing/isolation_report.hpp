#pragma once

#include <string>
#include <vector>

#include "tenancy/core/export.hpp"

namespace tenancy::inline v0::testing {

/// Something that did not keep two tenants apart, or that nobody looked at.
struct IsolationFinding {
  std::string subject;  ///< A table, or a function of the program's own.
  std::string step;     ///< What was done.
  std::string what;     ///< What was seen. Holds no stored value.
};

/// What a check of isolation found.
struct TENANCY_API IsolationReport {
  std::vector<IsolationFinding> findings = {};
  std::vector<std::string> checked = {};  ///< Tables and functions, in order.

  [[nodiscard]] bool holds() const noexcept { return findings.empty(); }
  /// A line for each finding, for a test's message.
  [[nodiscard]] std::string to_string() const;
};

}  // namespace tenancy::inline v0::testing
