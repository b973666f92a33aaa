// Every call of an authority and of what it gives, in a process that was forked off.

#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "tenancy/data/cross_tenant_repository.hpp"
#include "tenancy/data/repository.hpp"
#include "tenancy/data/scoped_sql.hpp"

#include "support/child_process.hpp"
#include "support/entities.hpp"
#include "support/must.hpp"
#include "support/test_store.hpp"

using tenancy::CrossingPurpose;
using tenancy::CrossingReason;
using tenancy::CrossTenantRepository;
using tenancy::errc;
using tenancy::Principal;
using tenancy::ReadRepository;
using tenancy::Repository;
using tenancy::Result;
using tenancy::ScopedSql;
using tenancy::TenantContext;
using tenancy::TenantIdentifier;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::TestStore;
using tenancy_test::text_from_child;

namespace {

CrossingReason reason() {
  return must(CrossingReason::create(CrossingPurpose::maintenance, "a test of processes"));
}

/// What became of calls, as far as they did not refuse the process.
class Answers {
 public:
  template <class T>
  void expect_refused(const char* call, const Result<T>& result) {
    if (result.has_value()) {
      text_ += std::string{call} + " was done; ";
    } else if (result.error() != errc::forked_process) {
      text_ += std::string{call} + " failed with " + result.error().to_string() + "; ";
    }
    ++count_;
  }
  [[nodiscard]] std::string text() const { return text_ + std::to_string(count_) + " calls"; }

 private:
  std::string text_;
  int count_ = 0;
};

/// With what was made before the process was split.
struct Host {
  TestStore test;
  TenantContext acme = test.enter(test.acme);
  std::string key{must(test.registry.issue_key(test.acme.id, {.name = "app"})).text.unsafe_text()};
  std::string key_id = must(test.registry.keys(test.acme.id)).items.front().id;
  std::string administrator_key{
      must(test.authority.issue_administrator_key("root")).text.unsafe_text()};
  tenancy::Authenticator authenticator = test.authority.authenticator();
  TenantIdentifier identifier = must(TenantIdentifier::parse("host", "acme.example"));
  tenancy::CrossTenantContext crossing =
      must(test.authority.cross_tenants(Principal::host(), reason()));
};

/// What a child says of the calls that it makes.
std::string asked_in_child(const Host& host, void (*ask)(const Host&, Answers&)) {
  return text_from_child([&] {
    Answers answers;
    ask(host, answers);
    return answers.text();
  });
}

}  // namespace

TEST_CASE("a child that was forked off reads and writes no tenant's rows") {
  const Host host;
  must(Repository<Note>{host.test.store, host.acme}.insert({.id = "one", .title = "one"}));
  const auto said = asked_in_child(host, [](const Host& parents, Answers& answers) {
    const ReadRepository<Note> read{parents.test.store, parents.acme};
    const Repository<Note> notes{parents.test.store, parents.acme};
    const ScopedSql sql{parents.test.store, parents.acme};
    answers.expect_refused("find", read.find("one"));
    answers.expect_refused("list", read.list());
    answers.expect_refused("count", read.count());
    answers.expect_refused("insert", notes.insert({.id = "two", .title = "two"}));
    answers.expect_refused("upsert", notes.upsert({.id = "one", .title = "two"}));
    answers.expect_refused("erase", notes.erase("one"));
    answers.expect_refused("query", sql.query("SELECT title FROM notes"));
    answers.expect_refused("tables", sql.tables());
    answers.expect_refused("a transaction of reads",
                           parents.test.store.read(parents.acme, [](tenancy::ReadTransaction&) {
                             return Result<void>{tenancy::success()};
                           }));
    answers.expect_refused("a transaction",
                           parents.test.store.write(parents.acme, [](tenancy::WriteTransaction&) {
                             return Result<void>{tenancy::success()};
                           }));
  });
  CHECK(said == "10 calls");
}

TEST_CASE("a child that was forked off is given no context and no registry") {
  const Host host;
  must(host.test.registry.add_identifier(host.test.acme.id, host.identifier));
  must(host.authenticator.authenticate(host.key));
  const auto said = asked_in_child(host, [](const Host& parents, Answers& answers) {
    const auto& authority = parents.test.authority;
    const auto authenticator = authority.authenticator();
    const auto id = parents.test.acme.id;
    answers.expect_refused("enter", authority.enter(id));
    answers.expect_refused("enter by identifier", authority.enter(parents.identifier));
    answers.expect_refused("impersonate", authority.impersonate(id, Principal::host(), reason()));
    answers.expect_refused("authenticate", authenticator.authenticate(parents.key));
    answers.expect_refused("authenticate from memory",
                           parents.authenticator.authenticate(parents.key));
    answers.expect_refused("authenticate an administrator",
                           authenticator.authenticate_administrator(parents.administrator_key));
    answers.expect_refused("issue an administrator's key",
                           authority.issue_administrator_key("child"));
    answers.expect_refused("count administrators", authority.count_administrator_keys());
    answers.expect_refused("crossings", authority.crossings());
    answers.expect_refused("backup", authority.backup(parents.test.file().string() + ".copy"));
    answers.expect_refused("cross", authority.cross_tenants(Principal::host(), reason()));
  });
  CHECK(said == "11 calls");
}

TEST_CASE("a child that was forked off administers nothing") {
  const Host host;
  const auto said = asked_in_child(host, [](const Host& parents, Answers& answers) {
    const auto& registry = parents.test.registry;
    const auto id = parents.test.acme.id;
    answers.expect_refused("create", registry.create({"child", "Child"}));
    answers.expect_refused("find", registry.find(id));
    answers.expect_refused("list", registry.list());
    answers.expect_refused("rename", registry.rename(id, "Child"));
    answers.expect_refused("suspend", registry.suspend(id));
    answers.expect_refused("identifiers", registry.identifiers(id));
    answers.expect_refused("add identifier", registry.add_identifier(id, parents.identifier));
    answers.expect_refused("remove identifier", registry.remove_identifier(id, parents.identifier));
    answers.expect_refused("issue key", registry.issue_key(id, {.name = "child"}));
    answers.expect_refused("keys", registry.keys(id));
    answers.expect_refused("expire key", registry.expire_key(id, parents.key_id, {}));
    answers.expect_refused("revoke key", registry.revoke_key(id, parents.key_id));
  });
  CHECK(said == "12 calls");
}

TEST_CASE("a child that was forked off crosses no tenants") {
  const Host host;
  const auto said = asked_in_child(host, [](const Host& parents, Answers& answers) {
    const CrossTenantRepository<Note> notes{parents.test.store, parents.crossing};
    const auto maintenance = parents.test.authority.maintenance(parents.crossing);
    const auto visit = [](const TenantContext&) -> Result<void> { return tenancy::success(); };
    answers.expect_refused("count", notes.count());
    answers.expect_refused("for_each", notes.for_each({}, [](tenancy::TenantId, const Note&) {}));
    answers.expect_refused("visits",
                           parents.test.authority.for_each_tenant(parents.crossing, visit));
    answers.expect_refused("analyze", maintenance.analyze());
    answers.expect_refused("check", maintenance.check());
    answers.expect_refused("checkpoint", maintenance.checkpoint());
    answers.expect_refused("vacuum", maintenance.vacuum());
  });
  CHECK(said == "7 calls");
}
