// The kit itself.

#include <algorithm>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/testing/conformance.hpp"

#include "conformance/places.hpp"

using tenancy::conformance::Finding;
using tenancy::conformance::promises;
using tenancy::conformance::run;
using tenancy::conformance::Subject;
using tenancy::conformance::Verdict;

TEST_CASE("promises have names of their own, in groups, and a sentence each") {
  std::set<std::string_view> names;
  for (const auto& promise : promises()) {
    CAPTURE(promise.name);
    CHECK(names.insert(promise.name).second);
    CHECK(std::ranges::count(promise.name, '.') == 1);
    CHECK(promise.sentence.ends_with('.'));
  }
  CHECK(names.size() >= 40);
}

TEST_CASE("what is asked for alone is looked at alone, by name or by group") {
  std::vector<std::string> told;
  const auto report = run(
      tenancy_test::sqlite_subject(),
      {.seed = 7, .only = {"commit.visible", "snapshot"}, .progress = [&](const Finding& finding) {
         told.emplace_back(finding.promise.name);
       }});
  CHECK(report.holds());
  CHECK(report.seed == 7);
  CHECK(told ==
        std::vector<std::string>{"commit.visible", "snapshot.read", "snapshot.own_changes"});
  CHECK(report.findings.size() == 3);
  CHECK(report.to_string().find("commit.visible: kept\n") != std::string::npos);
  CHECK(report.to_string().ends_with("sqlite: 0 of 3 promises broken (seed 7)\n"));
}

TEST_CASE("a name that is no promise's is told, and looks at nothing in silence") {
  const auto report = run(tenancy_test::sqlite_subject(), {.only = {"isolaton.reads"}});
  CHECK_FALSE(report.holds());
  REQUIRE(report.findings.size() == 1);
  CHECK(report.findings[0].message.find("'isolaton.reads'") != std::string::npos);
}

TEST_CASE("an optional promise may be left out with a reason, and no other") {
  auto subject = tenancy_test::sqlite_subject();
  subject.exemptions = {{"order.async", "they run side by side"}};
  const auto optional = run(subject, {.only = {"order.async"}});
  REQUIRE(optional.findings.size() == 1);
  CHECK(optional.findings[0].verdict == Verdict::not_applicable);
  CHECK(optional.findings[0].message == "they run side by side");
  // What nothing was looked at of has not been shown.
  CHECK_FALSE(optional.holds());

  // Each by its own name, and not a group at once.
  subject.exemptions = {{"order", "all of them"}};
  CHECK(run(subject, {.only = {"gate.status"}}).broken() ==
        std::vector<std::string_view>{"kit.names"});

  subject.exemptions = {{"isolation.reads", "it is hard"}};
  const auto mandatory = run(subject, {.only = {"isolation.reads"}});
  CHECK(mandatory.broken() == std::vector<std::string_view>{"isolation.reads"});
}

TEST_CASE("a place that is not there breaks what was to be looked at there") {
  const Subject nothing{.name = "nothing", .make_place = [] {
                          return std::unique_ptr<tenancy::conformance::Place>{};
                        }};
  CHECK(run(nothing, {.only = {"gate"}}).broken().size() == 7);
  const Subject throwing{.name = "throwing",
                         .make_place = []() -> std::unique_ptr<tenancy::conformance::Place> {
                           throw std::runtime_error{"no disk"};
                         }};
  const auto report = run(throwing, {.only = {"gate.status"}});
  REQUIRE(report.findings.size() == 1);
  CHECK(report.findings[0].verdict == Verdict::broken);
  CHECK(report.findings[0].message.find("no disk") != std::string::npos);
}
