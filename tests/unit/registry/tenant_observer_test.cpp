#include "tenancy/registry/tenant_observer.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "support/test_store.hpp"

using tenancy::ApiKeyChange;
using tenancy::errc;
using tenancy::IdentifierChange;
using tenancy::Tenant;
using tenancy::TenantIdentifier;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::tester;
using tenancy_test::TestStore;

namespace {

/// One line for each event; runs what it is given on each, as a host's observer may.
class Lines final : public tenancy::TenantObserver {
 public:
  void on_created(const tenancy::TenantCreated& event) noexcept override {
    add("created " + event.tenant.slug.to_string(), event.by);
  }
  void on_updated(const tenancy::TenantUpdated& event) noexcept override {
    add("updated " + event.before.name + " to " + event.after.name, event.by);
  }
  void on_status_changed(const tenancy::TenantStatusChanged& event) noexcept override {
    add(std::string{to_string(event.before.status)} + " to " +
            std::string{to_string(event.after.status)},
        event.by);
    last_status = event.after;
  }
  void on_identifier_changed(const tenancy::TenantIdentifierChanged& event) noexcept override {
    add((event.change == IdentifierChange::added ? "added " : "removed ") +
            event.identifier.to_string() + " v" + std::to_string(event.tenant.version),
        event.by);
  }
  void on_api_key_changed(const tenancy::ApiKeyChanged& event) noexcept override {
    const bool issued = event.change == ApiKeyChange::issued;
    const bool revoked = event.change == ApiKeyChange::revoked;
    add((issued ? "issued " : revoked ? "revoked " : "expiry of ") + event.key.name, event.by);
  }

  std::vector<std::string> take() { return std::exchange(lines_, {}); }

  std::function<void()> then;
  std::optional<Tenant> last_status;

 private:
  void add(const std::string& line, const tenancy::Principal& by) {
    lines_.push_back(line + " by " + by.to_string());
    if (then) {
      std::exchange(then, nullptr)();
    }
  }

  std::vector<std::string> lines_;
};

using Told = std::vector<std::string>;

struct Observed {
  Observed() { lines->take(); }

  std::shared_ptr<Lines> lines = std::make_shared<Lines>();
  TestStore test{{}, tenancy_test::test_schema(), {}, {.observer = lines}};
};

}  // namespace

TEST_CASE("every change of a tenant is told once, with who made it") {
  const Observed observed;
  const TestStore& test = observed.test;
  Lines& lines = *observed.lines;
  const auto registry = test.authority.registry(
      must(tenancy::Principal::create(tenancy::PrincipalKind::administrator, "susan")));
  const auto identifier = must(TenantIdentifier::parse("crm", "4711"));

  const auto made = must(registry.create({"initech", "Initech"}));
  CHECK(lines.take() == Told{"created initech by administrator:susan"});
  must(registry.rename(made.id, "New"));
  CHECK(lines.take() == Told{"updated Initech to New by administrator:susan"});
  must(registry.suspend(made.id));
  CHECK(lines.take() == Told{"active to suspended by administrator:susan"});
  must(registry.add_identifier(made.id, identifier));
  CHECK(lines.take() == Told{"added crm:4711 v4 by administrator:susan"});
  must(registry.remove_identifier(made.id, identifier));
  CHECK(lines.take() == Told{"removed crm:4711 v5 by administrator:susan"});
  const auto issued = must(registry.issue_key(made.id, {.name = "ci"}));
  CHECK(lines.take() == Told{"issued ci by administrator:susan"});
  must(registry.expire_key(made.id, issued.key.id, test.clock->now()));
  CHECK(lines.take() == Told{"expiry of ci by administrator:susan"});
  must(registry.revoke_key(made.id, issued.key.id));
  CHECK(lines.take() == Told{"revoked ci by administrator:susan"});
}

TEST_CASE("what changes nothing, and what is refused, is not told") {
  const Observed observed;
  const TestStore& test = observed.test;
  const auto identifier = must(TenantIdentifier::parse("crm", "4711"));
  must(test.registry.add_identifier(test.acme.id, identifier));
  const auto issued = must(test.registry.issue_key(test.acme.id, {.name = "ci"}));
  must(test.registry.revoke_key(test.acme.id, issued.key.id));
  const auto other = must(test.registry.issue_key(test.acme.id, {.name = "other"}));
  observed.lines->take();

  must(test.registry.activate(test.acme.id));
  must(test.registry.rename(test.acme.id, test.acme.name));
  must(test.registry.update(test.acme.id, {}));
  must(test.registry.add_identifier(test.acme.id, identifier));
  must(test.registry.revoke_key(test.acme.id, issued.key.id));
  must(test.registry.expire_key(test.acme.id, other.key.id, std::nullopt));
  CHECK_FALSE(test.registry.create({"acme", "Again"}).has_value());
  CHECK_FALSE(test.registry.suspend(test.acme.id, 99).has_value());
  CHECK_FALSE(test.registry.add_identifier(test.globex.id, identifier).has_value());
  CHECK_FALSE(test.registry.remove_identifier(test.globex.id, identifier).has_value());
  CHECK_FALSE(test.registry.expire_key(test.acme.id, issued.key.id, std::nullopt).has_value());
  CHECK(observed.lines->take().empty());
}

TEST_CASE("what could not be committed is not told") {
  const Observed observed;
  const TestStore& test = observed.test;
  test.run_raw(
      "CREATE TRIGGER deaf BEFORE UPDATE ON tenancy_tenants "
      "BEGIN SELECT RAISE(ABORT, 'no'); END");
  CHECK_FALSE(test.registry.suspend(test.acme.id).has_value());
  CHECK_FALSE(test.registry.rename(test.acme.id, "New").has_value());
  CHECK_FALSE(
      test.registry.add_identifier(test.acme.id, must(TenantIdentifier::parse("crm", "4711")))
          .has_value());
  CHECK(observed.lines->take().empty());
  CHECK(must(test.registry.identifiers(test.acme.id)).empty());
}

TEST_CASE("an observer may use the registry, and finds what it was told of") {
  const Observed observed;
  const TestStore& test = observed.test;
  Lines& lines = *observed.lines;
  std::optional<Tenant> seen;
  lines.then = [&] {
    seen = must(test.registry.find(test.acme.id));
    must(test.registry.rename(test.acme.id, "From within"));
  };
  const auto suspended = must(test.registry.suspend(test.acme.id));
  CHECK(seen == suspended);
  CHECK(lines.last_status == suspended);
  CHECK(lines.take() == Told{"active to suspended by system:test",
                             "updated acme Inc. to From within by system:test"});
}

TEST_CASE("what is told of a status holds already: nobody is let in any more") {
  const Observed observed;
  const TestStore& test = observed.test;
  const auto issued = must(test.registry.issue_key(test.acme.id, {.name = "ci"}));
  const auto authenticator = test.authority.authenticator();
  must(authenticator.authenticate(issued.text.unsafe_text()));
  const auto context = test.enter(test.acme);
  std::optional<errc> entered;
  std::optional<errc> authenticated;
  observed.lines->then = [&] {
    entered = code_of(test.authority.enter(test.acme.id, tester()));
    authenticated = code_of(authenticator.authenticate(issued.text.unsafe_text()));
  };
  must(test.registry.suspend(test.acme.id));
  CHECK(entered == errc::tenant_not_active);
  CHECK(authenticated == errc::tenant_not_active);
}

TEST_CASE("the default observer hears everything and does nothing") {
  class Deaf final : public tenancy::TenantObserver {};
  const TestStore test{{}, tenancy_test::test_schema(), {}, {.observer = std::make_shared<Deaf>()}};
  const auto identifier = must(TenantIdentifier::parse("crm", "4711"));
  must(test.registry.rename(test.acme.id, "New"));
  must(test.registry.suspend(test.acme.id));
  must(test.registry.add_identifier(test.acme.id, identifier));
  must(test.registry.issue_key(test.acme.id, {.name = "ci"}));
}
