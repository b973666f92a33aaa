#include "tenancy/registry/tenant_registry.hpp"

#include <set>
#include <string>

#include <doctest/doctest.h>

#include "support/test_store.hpp"

using tenancy::errc;
using tenancy::Slug;
using tenancy::TenantStatus;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::TestStore;

TEST_CASE("a new tenant is active and is found by id and by slug") {
  const TestStore test;
  const auto made = must(test.registry.create({"initech", "Initech \xE2\x80\x94 Büro"}));
  CHECK(made.status == TenantStatus::active);
  CHECK(made.created_at == test.clock->now());
  for (const auto& found :
       {must(test.registry.find(made.id)), must(test.registry.find(made.slug))}) {
    CHECK(found.id == made.id);
    CHECK(found.slug == made.slug);
    CHECK(found.name == made.name);
    CHECK(found.epoch == made.epoch);
    CHECK(found.created_at == made.created_at);
  }
}

TEST_CASE("a slug is a slug and is given out once") {
  const TestStore test;
  CHECK(code_of(test.registry.create({"Not a slug", "Another"})) == errc::invalid_slug);
  CHECK(code_of(test.registry.create({"acme", "Another"})) == errc::already_exists);
}

TEST_CASE("names are one line that people can read") {
  // In two parts, since compilers warn of the character itself.
  const std::string right_to_left_override = std::string{"\xE2\x80"} + "\xAE";
  const TestStore test;
  const std::string slug = "initech";
  for (const std::string& name :
       {std::string{}, std::string(201, 'x'), std::string{"a\nb"}, std::string{"a\0b", 3},
        std::string{"\xFF"}, std::string{"right"} + right_to_left_override + "tel"}) {
    CAPTURE(name);
    CHECK(code_of(test.registry.create({slug, name})) == errc::invalid_argument);
  }
  must(test.registry.create({slug, std::string(200, 'x')}));
}

TEST_CASE("what does not exist is not found") {
  const TestStore test;
  CHECK(code_of(test.registry.find(tenancy::TenantId::generate())) == errc::not_found);
  CHECK(code_of(test.registry.find(must(Slug::parse("nobody")))) == errc::not_found);
  CHECK(code_of(test.registry.suspend(tenancy::TenantId::generate())) == errc::not_found);
}

TEST_CASE("tenants are listed by pages in both orders") {
  const TestStore test;
  for (int i = 0; i < 5; ++i) {
    test.clock->advance(std::chrono::seconds{1});
    test.create_tenant("t" + std::to_string(i));
  }
  const auto newest = must(test.registry.list({.limit = 3, .number = 1}));
  REQUIRE(newest.items.size() == 3);
  CHECK(newest.items[0].slug.to_string() == "t4");
  CHECK(newest.numbers->total == 7);
  CHECK(newest.numbers->total_pages == 3);
  CHECK_FALSE(newest.has_previous);

  std::set<std::string> seen;
  for (int page = 1; page <= 3; ++page) {
    for (const auto& tenant :
         must(test.registry.list(
                  {.limit = 3, .number = page, .order = tenancy::Order::oldest_first}))
             .items) {
      seen.insert(tenant.slug.to_string());
    }
  }
  CHECK(seen.size() == 7);
  CHECK(must(test.registry.list({.number = 2})).items.empty());
  CHECK(code_of(test.registry.list({.limit = 0})) == errc::invalid_argument);
  CHECK(code_of(test.registry.list({.cursor = "x"})) == errc::invalid_cursor);
}

TEST_CASE("each change of status moves the epoch, repeating it does not") {
  const TestStore test;
  const auto suspended = must(test.registry.suspend(test.acme.id));
  CHECK(suspended.status == TenantStatus::suspended);
  CHECK(suspended.epoch == test.acme.epoch + 1);
  CHECK(must(test.registry.suspend(test.acme.id)).epoch == suspended.epoch);
  const auto active = must(test.registry.activate(test.acme.id));
  CHECK(active.status == TenantStatus::active);
  CHECK(active.epoch == suspended.epoch + 1);
  CHECK(must(test.registry.find(test.globex.id)).epoch == test.globex.epoch);
}

TEST_CASE("an archived tenant keeps its status") {
  const TestStore test;
  must(test.registry.archive(test.acme.id));
  CHECK(code_of(test.registry.activate(test.acme.id)) == errc::invalid_transition);
  CHECK(code_of(test.registry.suspend(test.acme.id)) == errc::invalid_transition);
  CHECK(code_of(test.authority.enter(test.acme.id, tenancy_test::tester())) ==
        errc::tenant_not_active);
}
