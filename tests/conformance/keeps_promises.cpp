#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "conformance/places.hpp"
#include "support/sanitized.hpp"

namespace tenancy_test {

void check_keeps_promises(const tenancy::conformance::Subject& subject,
                          const std::vector<std::string>& without_hook) {
  using tenancy::conformance::Verdict;
  tenancy::conformance::RunOptions options;
  std::map<std::string, std::string, std::less<>> passed_over = subject.exemptions;
  for (const std::string& promise : without_hook) {
    passed_over.emplace(promise, "");
  }
  // ThreadSanitizer knows no threads that a forked child begins.
#ifdef TENANCY_TEST_THREADS_SANITIZED
  passed_over.emplace("process.fork", "");
#else
  options.may_fork = true;
#endif
  const auto report = tenancy::conformance::run(subject, options);
  CHECK_MESSAGE(report.holds(), report.to_string());
  for (const auto& finding : report.findings) {
    CAPTURE(finding.promise.name);
    CHECK((finding.verdict == Verdict::kept) == !passed_over.contains(finding.promise.name));
  }
}

}  // namespace tenancy_test
