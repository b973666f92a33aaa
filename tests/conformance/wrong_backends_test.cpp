// Backends each of which breaks one promise, and what the kit says of them.

#include "conformance/wrong_backends.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/testing/conformance.hpp"

#include "conformance/places.hpp"

namespace wrong = tenancy_test::wrong;

namespace {

using tenancy::conformance::Report;
using tenancy::conformance::RunOptions;
using tenancy::conformance::Verdict;
using Names = std::vector<std::string_view>;

/// Short where a backend takes all of it.
const RunOptions short_patience{.patience = std::chrono::seconds{3}};

Report report_on(const tenancy::StoreKind& kind, const RunOptions& options = {}) {
  return tenancy::conformance::run(tenancy_test::subject_before_sqlite("wrong", kind), options);
}

/// That these promises are told to be broken and no other, each by its name and sentence.
void check_broken(const tenancy::StoreKind& kind, const Names& expected,
                  const RunOptions& options = {}) {
  const auto report = report_on(kind, options);
  CHECK_MESSAGE(report.broken() == expected, report.to_string());
  CHECK_FALSE(report.holds());
  for (const auto& finding : report.findings) {
    if (finding.verdict == Verdict::broken) {
      const auto line = tenancy::conformance::to_string(finding);
      CAPTURE(line);
      CHECK(line.starts_with(std::string{finding.promise.name} +
                             ": BROKEN: " + std::string{finding.promise.sentence}));
      CHECK(line.find("expected: ") != std::string::npos);
      CHECK(line.find("; seen: ") != std::string::npos);
    }
  }
}

}  // namespace

TEST_CASE("a backend in front of another one that changes nothing keeps every promise") {
  const auto report = report_on(wrong::honest());
  CHECK_MESSAGE(report.holds(), report.to_string());
}

TEST_CASE("a backend that forgets the predicate is found out") {
  check_broken(wrong::forgets_predicate(),
               {"isolation.reads", "isolation.writes", "isolation.statements",
                "isolation.row_check", "isolation.connections", "isolation.threads",
                "isolation.crossing", "gate.status", "quota.exact"});
}

TEST_CASE("a backend that leaves a tenant on the connection is found out") {
  check_broken(wrong::leaks_tenant(), {"isolation.connections"});
}

TEST_CASE("a backend that goes on behind another tenant's row is found out") {
  check_broken(wrong::does_not_poison(), {"isolation.row_check", "status.figures"});
}

TEST_CASE("a backend that lets suspended tenants in is found out") {
  check_broken(wrong::lets_suspended_in(), {"gate.status", "gate.order"});
}

TEST_CASE("a backend that answers stale contexts is found out") {
  check_broken(wrong::lets_stale_in(), {"gate.epoch", "gate.credential", "gate.expiry"});
}

TEST_CASE("a backend that takes contexts of other stores is found out") {
  check_broken(wrong::takes_foreign_contexts(), {"gate.realm"});
}

TEST_CASE("a backend that ignores the scope is found out") {
  check_broken(wrong::ignores_scope(), {"gate.scope"});
}

TEST_CASE("a backend that loses commits is found out") {
  check_broken(wrong::loses_commits(),
               {"commit.durable", "order.async", "limits.queue", "async.told"});
}

TEST_CASE("a backend that forgets everything when it is closed is found out") {
  check_broken(wrong::forgets_when_closed(), {"commit.durable", "control.schema", "fault.crash"});
}

TEST_CASE("a backend that commits what failed is found out") {
  check_broken(wrong::swallows_rollback(),
               {"isolation.connections", "rollback.error", "limits.hold", "quota.exact"});
}

TEST_CASE("a backend that commits what threw is found out") {
  check_broken(wrong::keeps_what_threw(), {"isolation.connections", "rollback.exception"});
}

TEST_CASE("a backend that commits half of what is to be whole is found out") {
  check_broken(wrong::commits_half(), {"rollback.part"});
}

TEST_CASE("a backend whose reads see several moments is found out") {
  // A read of many moments is of any age, or of none, as the machine is fast or slow.
  check_broken(wrong::tears_snapshot(), {"snapshot.read"},
               {.only = {"isolation", "gate", "commit", "rollback", "snapshot", "order", "errors",
                         "misuse", "deadline", "stop", "values", "control", "quota"}});
}

TEST_CASE("a backend that reorders is found out") {
  // Its own queue takes any number, too.
  check_broken(wrong::reorders(), {"order.async", "limits.queue"});
}

TEST_CASE("a backend that takes one error for another is found out") {
  check_broken(wrong::maps_errors_wrongly(), {"rollback.part", "errors.unique"});
}

TEST_CASE("a backend that takes an empty text for NULL is found out") {
  check_broken(wrong::takes_empty_for_null(), {"values.kept", "values.text_order"});
}

TEST_CASE("a backend that ignores deadlines is found out") {
  check_broken(
      wrong::ignores_deadlines(),
      {"deadline.passed", "deadline.waiting", "deadline.running", "stop.waiting", "stop.running"},
      short_patience);
}

TEST_CASE("a backend that ignores limits is found out") {
  check_broken(wrong::ignores_limits(), {"limits.hold", "limits.age", "limits.queue"},
               short_patience);
}

TEST_CASE("a backend that swallows exceptions is found out") {
  check_broken(wrong::swallows_exceptions(), {"async.told"});
}
