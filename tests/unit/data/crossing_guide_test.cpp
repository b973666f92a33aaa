// What docs/crossing.md shows.

#include <iostream>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/data/cross_tenant_repository.hpp"
#include "tenancy/data/repository.hpp"

#include "support/entities.hpp"
#include "support/test_store.hpp"

using tenancy::Authority;
using tenancy::Principal;
using tenancy::PrincipalKind;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::TestStore;

namespace {

class Syslog {
 public:
  bool append(const std::string& line) {
    lines.push_back(line);
    return !is_down;
  }

  std::vector<std::string> lines;
  bool is_down = false;
};

class SyslogSink final : public tenancy::CrossingAuditSink {
 public:
  explicit SyslogSink(Syslog& log) : log_{log} {}

  tenancy::Result<void> record(const tenancy::CrossingRecord& record,
                               const tenancy::CallOptions& /*options*/) override {
    const std::scoped_lock lock{mutex_};
    if (!log_.append(record.principal.to_string() + " " + std::string{to_string(record.use)} + " " +
                     record.about + ": " + record.reason.explanation())) {
      return tenancy::Error{tenancy::errc::io_error, "the log's host does not answer"};
    }
    return tenancy::success();
  }

 private:
  std::mutex mutex_;
  Syslog& log_;
};

}  // namespace

TEST_CASE("the guide's crossing, its visits, repository, maintenance and records") {
  const TestStore test;
  const Authority& authority = test.authority;
  const auto ada = must(Principal::create(PrincipalKind::administrator, "ada"));
  for (const auto& tenant : {test.acme, test.globex}) {
    must(tenancy::Repository<Note>{test.store, test.enter(tenant)}.insert({.title = "draft"}));
  }

  auto reason = tenancy::CrossingReason::create(tenancy::CrossingPurpose::maintenance,
                                                "ticket 4711: remove drafts");
  auto crossing = authority.cross_tenants(ada, reason.value());

  auto report = authority.for_each_tenant(
      crossing.value(),
      [&](const tenancy::TenantContext& context) -> tenancy::Result<void> {
        const tenancy::Repository<Note> notes{authority.store(), context};
        BOOST_OUTCOME_TRY(notes.erase_where(tenancy::field<&Note::title> == "draft"));
        return tenancy::success();
      },
      {.scope = tenancy::Scope::write, .threads = 2});
  CHECK(must(report).visited == 2);
  CHECK(must(report).outcome().has_value());

  const tenancy::CrossTenantRepository<Note> notes{authority.store(), crossing.value()};
  auto drafts = notes.count(tenancy::field<&Note::title> == "draft");
  auto page = notes.list(tenancy::field<&Note::stars> >= 3, {.limit = 100});
  for (const auto& [tenant, note] : page.value().items) {
    std::cout << tenant << ": " << note.title << "\n";
  }
  CHECK(must(drafts) == 0);

  auto maintenance = authority.maintenance(crossing.value());
  auto sound = maintenance.check();
  auto analysed = maintenance.analyze();
  must(sound);
  must(analysed);

  auto records = authority.crossings({.limit = 20});
  CHECK(must(records).items.size() == 6);
}

TEST_CASE("the guide's sink") {
  Syslog log;
  tenancy::OpenOptions options;
  options.registry.crossing_sink = std::make_shared<SyslogSink>(log);
  const auto authority = must(tenancy::open("sqlite::memory:", options));
  const auto reason =
      must(tenancy::CrossingReason::create(tenancy::CrossingPurpose::reporting, "monthly figures"));
  must(authority.cross_tenants(Principal::host(), reason));
  CHECK(log.lines == std::vector<std::string>{"system:host permission : monthly figures"});
  log.is_down = true;
  CHECK(tenancy_test::code_of(authority.cross_tenants(Principal::host(), reason)) ==
        tenancy::errc::crossing_not_recorded);
}
