// Backends each of which breaks one promise, and what the kit says of them.

#include "conformance/wrong_backends.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/testing/conformance.hpp"

#include "conformance/places.hpp"
#include "support/sanitized.hpp"

namespace wrong = tenancy_test::wrong;

namespace {

using tenancy::conformance::RunOptions;
using tenancy::conformance::Verdict;
using Names = std::vector<std::string_view>;

/// Short where a backend takes all of it.
const RunOptions short_patience{.patience = std::chrono::seconds{3}};

/// A backend, what is wrong about it, and the promises that it breaks by that.
struct Wrong {
  std::string_view what;
  tenancy::StoreKind (*kind)();
  Names broken;
  RunOptions options = {};
  std::function<void()> cut = nullptr;
};

/// Each has a test case below, so that they run side by side.
const std::vector<Wrong>& all_wrong() {
  static const std::vector<Wrong> all{
      {"that forgets the predicate",
       &wrong::forgets_predicate,
       {"isolation.reads", "isolation.writes", "isolation.statements", "isolation.row_check",
        "isolation.connections", "isolation.threads", "isolation.crossing", "gate.status",
        "quota.exact"}},
      {"that leaves a tenant on the connection", &wrong::leaks_tenant, {"isolation.connections"}},
      {"that goes on behind another tenant's row",
       &wrong::does_not_poison,
       {"isolation.row_check", "status.figures"}},
      {"that lets suspended tenants in", &wrong::lets_suspended_in, {"gate.status", "gate.order"}},
      {"that answers stale contexts",
       &wrong::lets_stale_in,
       {"gate.epoch", "gate.credential", "gate.expiry"}},
      {"that takes contexts of other stores", &wrong::takes_foreign_contexts, {"gate.realm"}},
      {"that ignores the scope", &wrong::ignores_scope, {"gate.scope"}},
      {"that loses commits",
       &wrong::loses_commits,
       {"commit.durable", "order.async", "limits.queue", "async.told"}},
      {"that forgets everything when it is closed",
       &wrong::forgets_when_closed,
       {"commit.durable", "control.schema", "fault.crash"}},
      {"that commits what failed",
       &wrong::swallows_rollback,
       {"isolation.connections", "rollback.error", "limits.hold", "quota.exact"}},
      {"that commits what threw",
       &wrong::keeps_what_threw,
       {"isolation.connections", "rollback.exception"}},
      {"that commits half of what is to be whole", &wrong::commits_half, {"rollback.part"}},
      // A read of many moments is of any age, or of none, as the machine is fast or slow.
      {"whose reads see several moments",
       &wrong::tears_snapshot,
       {"snapshot.read"},
       {.only = {"isolation", "gate", "commit", "rollback", "snapshot", "order", "errors", "misuse",
                 "deadline", "stop", "values", "control", "quota"}}},
      // Its own queue takes any number, too.
      {"that reorders", &wrong::reorders, {"order.async", "limits.queue"}},
      {"that takes one error for another",
       &wrong::maps_errors_wrongly,
       {"rollback.part", "errors.unique"}},
      {"that takes an empty text for NULL",
       &wrong::takes_empty_for_null,
       {"values.kept", "values.text_order"}},
      {"that ignores deadlines",
       &wrong::ignores_deadlines,
       {"deadline.passed", "deadline.waiting", "deadline.running", "stop.waiting", "stop.running"},
       short_patience},
      {"that ignores limits",
       &wrong::ignores_limits,
       {"limits.hold", "limits.age", "limits.queue"},
       short_patience},
      {"that swallows exceptions", &wrong::swallows_exceptions, {"async.told"}},
      {"whose writes return before they are committed",
       &wrong::acknowledges_early,
       {"commit.visible"},
       {.only = {"commit.visible"}}},
      {"that commits a write one statement at a time",
       &wrong::splits_writes,
       {"commit.whole", "rollback.error", "rollback.exception", "rollback.part", "order.serial",
        "misuse.nested_write"},
       {.only = {"commit", "rollback", "snapshot", "order.calls", "order.serial", "errors",
                 "misuse", "values"}}},
      // Its writes that share a commit see each other's work, or not, as they come.
      {"whose writes do not see what they did",
       &wrong::reads_beside,
       {"isolation.writes", "isolation.row_check", "rollback.part", "snapshot.own_changes"},
       {.only = {"isolation", "gate", "commit", "rollback", "snapshot", "errors", "misuse",
                 "values", "control"}}},
      {"that writes where it is to read", &wrong::writes_in_reads, {"misuse.read_only"}},
      {"that keeps what it has read",
       &wrong::caches_rows,
       {"isolation.row_check", "order.calls", "order.serial", "limits.hold"}},
      {"that keeps what a transaction of the registry took back",
       &wrong::keeps_failed_controls,
       {"control.transactions"}},
      {"that keeps half of a step of the schema", &wrong::keeps_failed_steps, {"control.schema"}},
      {"that loses changes of tenants",
       &wrong::loses_changes_of_tenants,
       {"gate.status", "gate.epoch", "gate.order", "control.transactions", "control.registry",
        "scoped_sql.own_rows"}},
      {"that finds no store where there is one",
       &wrong::finds_nothing,
       {"inspection.looks"},
       {.only = {"isolation.reads", "inspection", "status"}}},
      {"that asks for another tenant than the one that asks",
       &wrong::asks_for_others,
       {"scoped_sql.own_rows"}},
      {"that takes a write within a write for a slow one",
       &wrong::tells_nested_writes_otherwise,
       {"misuse.nested_write"}},
      {"that does not tell a process that was forked off",
       &wrong::tells_forks_otherwise,
       {"process.fork"},
       {.may_fork = true}},
      {"that takes a reference that leads nowhere for a broken check",
       &wrong::tells_references_otherwise,
       {"isolation.writes", "errors.reference"}},
      {"that takes a broken check for a fault of its own",
       &wrong::tells_checks_otherwise,
       {"errors.constraint"}},
      {"that acknowledges what was cut",
       &wrong::acknowledges_what_was_cut,
       {"fault.acknowledged"},
       {},
       &wrong::cut},
      {"that does not say that a connection was cut",
       &wrong::does_not_tell_of_cuts,
       {"fault.cut", "fault.acknowledged"},
       {},
       &wrong::cut},
  };
  return all;
}

/// That its promises are told to be broken and no other, each by its name and sentence.
void check_found_out(std::string_view what) {
  const auto wrong = std::ranges::find(all_wrong(), what, &Wrong::what);
  REQUIRE(wrong != all_wrong().end());
  const auto report = tenancy::conformance::run(
      tenancy_test::subject_before_sqlite("wrong", wrong->kind(), wrong->cut), wrong->options);
  CHECK_MESSAGE(report.broken() == wrong->broken, report.to_string());
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
  const auto report =
      tenancy::conformance::run(tenancy_test::subject_before_sqlite("wrong", wrong::honest()));
  CHECK_MESSAGE(report.holds(), report.to_string());
}

TEST_CASE("a backend whose connections are cut, and that says so, keeps every promise") {
  const auto report = tenancy::conformance::run(
      tenancy_test::subject_before_sqlite("wrong", wrong::can_be_cut(), &wrong::cut));
  CHECK_MESSAGE(report.holds(), report.to_string());
  for (const auto& finding : report.findings) {
    CHECK((finding.verdict == Verdict::kept || finding.promise.name == "process.fork"));
  }
}

TEST_CASE("every promise is broken by one of these, which is told so") {
  std::set<std::string_view> broken;
  for (const Wrong& wrong : all_wrong()) {
    CAPTURE(wrong.what);
    CHECK_FALSE(wrong.broken.empty());
    broken.insert(wrong.broken.begin(), wrong.broken.end());
  }
  for (const auto& promise : tenancy::conformance::promises()) {
    CAPTURE(promise.name);
    CHECK(broken.contains(promise.name));
  }
}

TEST_CASE("a backend that forgets the predicate is found out") {
  check_found_out("that forgets the predicate");
}

TEST_CASE("a backend that leaves a tenant on the connection is found out") {
  check_found_out("that leaves a tenant on the connection");
}

TEST_CASE("a backend that goes on behind another tenant's row is found out") {
  check_found_out("that goes on behind another tenant's row");
}

TEST_CASE("a backend that lets suspended tenants in is found out") {
  check_found_out("that lets suspended tenants in");
}

TEST_CASE("a backend that answers stale contexts is found out") {
  check_found_out("that answers stale contexts");
}

TEST_CASE("a backend that takes contexts of other stores is found out") {
  check_found_out("that takes contexts of other stores");
}

TEST_CASE("a backend that ignores the scope is found out") {
  check_found_out("that ignores the scope");
}

TEST_CASE("a backend that loses commits is found out") { check_found_out("that loses commits"); }

TEST_CASE("a backend that forgets everything when it is closed is found out") {
  check_found_out("that forgets everything when it is closed");
}

TEST_CASE("a backend that commits what failed is found out") {
  check_found_out("that commits what failed");
}

TEST_CASE("a backend that commits what threw is found out") {
  check_found_out("that commits what threw");
}

TEST_CASE("a backend that commits half of what is to be whole is found out") {
  check_found_out("that commits half of what is to be whole");
}

TEST_CASE("a backend whose reads see several moments is found out") {
  check_found_out("whose reads see several moments");
}

TEST_CASE("a backend that reorders is found out") { check_found_out("that reorders"); }

TEST_CASE("a backend that takes one error for another is found out") {
  check_found_out("that takes one error for another");
}

TEST_CASE("a backend that takes an empty text for NULL is found out") {
  check_found_out("that takes an empty text for NULL");
}

TEST_CASE("a backend that ignores deadlines is found out") {
  check_found_out("that ignores deadlines");
}

TEST_CASE("a backend that ignores limits is found out") { check_found_out("that ignores limits"); }

TEST_CASE("a backend that swallows exceptions is found out") {
  check_found_out("that swallows exceptions");
}

TEST_CASE("a backend whose writes return before they are committed is found out") {
  check_found_out("whose writes return before they are committed");
}

TEST_CASE("a backend that commits a write one statement at a time is found out") {
  check_found_out("that commits a write one statement at a time");
}

TEST_CASE("a backend whose writes do not see what they did is found out") {
  check_found_out("whose writes do not see what they did");
}

TEST_CASE("a backend that writes where it is to read is found out") {
  check_found_out("that writes where it is to read");
}

TEST_CASE("a backend that keeps what it has read is found out") {
  check_found_out("that keeps what it has read");
}

TEST_CASE("a backend that keeps what a transaction of the registry took back is found out") {
  check_found_out("that keeps what a transaction of the registry took back");
}

TEST_CASE("a backend that keeps half of a step of the schema is found out") {
  check_found_out("that keeps half of a step of the schema");
}

TEST_CASE("a backend that loses changes of tenants is found out") {
  check_found_out("that loses changes of tenants");
}

TEST_CASE("a backend that finds no store where there is one is found out") {
  check_found_out("that finds no store where there is one");
}

TEST_CASE("a backend that asks for another tenant than the one that asks is found out") {
  check_found_out("that asks for another tenant than the one that asks");
}

TEST_CASE("a backend that takes a write within a write for a slow one is found out") {
  check_found_out("that takes a write within a write for a slow one");
}

// ThreadSanitizer knows no threads that a forked child begins.
#ifndef TENANCY_TEST_THREADS_SANITIZED
TEST_CASE("a backend that does not tell a process that was forked off is found out") {
  check_found_out("that does not tell a process that was forked off");
}
#endif

TEST_CASE("a backend that takes a reference that leads nowhere for a broken check is found out") {
  check_found_out("that takes a reference that leads nowhere for a broken check");
}

TEST_CASE("a backend that takes a broken check for a fault of its own is found out") {
  check_found_out("that takes a broken check for a fault of its own");
}

TEST_CASE("a backend that acknowledges what was cut is found out") {
  check_found_out("that acknowledges what was cut");
}

TEST_CASE("a backend that does not say that a connection was cut is found out") {
  check_found_out("that does not say that a connection was cut");
}
