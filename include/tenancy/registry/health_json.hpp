#pragma once

#include <chrono>
#include <string>

#include <nlohmann/json.hpp>

#include "tenancy/registry/health.hpp"

namespace tenancy::inline v0 {

/// A report as JSON, for scripts and monitors: `nlohmann::json document = report;`
///
/// Units and shapes: `{"state", "checked_at", "took_microseconds", "checks": [{"name", "state",
/// "message", "figures": {NAME: NUMBER}}]}`.
inline void to_json(nlohmann::json& document, const HealthReport& report) {
  auto checks = nlohmann::json::array();
  for (const HealthCheck& check : report.checks) {
    auto figures = nlohmann::json::object();
    for (const HealthFigure& figure : check.figures) {
      figures[std::string{figure.name}] = figure.value;
    }
    checks.push_back({{"name", check.name},
                      {"state", to_string(check.state)},
                      {"message", check.message},
                      {"figures", std::move(figures)}});
  }
  document = {{"state", to_string(report.state())},
              {"checked_at", report.checked_at.to_string()},
              {"took_microseconds",
               std::chrono::duration_cast<std::chrono::microseconds>(report.took).count()},
              {"checks", std::move(checks)}};
}

}  // namespace tenancy::inline v0
