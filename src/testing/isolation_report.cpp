#include "tenancy/testing/isolation_report.hpp"

namespace tenancy::inline v0::testing {

std::string IsolationReport::to_string() const {
  std::string text;
  for (const IsolationFinding& finding : findings) {
    text += finding.subject + ", " + finding.step + ": " + finding.what + '\n';
  }
  return text;
}

}  // namespace tenancy::inline v0::testing
