#include "tenancy/registry/tenant_registry.hpp"

#include <barrier>
#include <chrono>
#include <cstddef>
#include <future>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "support/test_store.hpp"

using tenancy::errc;
using tenancy::NewTenant;
using tenancy::Slug;
using tenancy::Tenant;
using tenancy::TenantChange;
using tenancy::TenantIdentifier;
using tenancy::TenantStatus;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::TestStore;

namespace {

TenantIdentifier crm(const std::string& value) {
  return must(TenantIdentifier::parse("crm", value));
}

/// As `is_plain_line` refuses them, beside what is too long.
std::vector<std::string> bad_lines() {
  // In two parts, since compilers warn of the character itself.
  const std::string right_to_left_override = std::string{"\xE2\x80"} + "\xAE";
  return {"a\nb", std::string{"a\0b", 3}, "\xFF", "a\x7F", "x" + right_to_left_override};
}

}  // namespace

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
  const auto again = test.registry.create({"acme", "Another"});
  CHECK(code_of(again) == errc::already_exists);
  CHECK(again.error().message() == "the slug 'acme' is or was a tenant's");
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

TEST_CASE("everything of a tenant is there after the store was opened again") {
  const TestStore test;
  NewTenant wanted{.slug = "initech",
                   .name = "Initech \xF0\x9F\x98\x80 'x' \"y\"",
                   .status = TenantStatus::provisioning,
                   .plan = "pro \xE2\x82\xAC",
                   .template_version = "2026-01",
                   .workflow_ids = {{"invoice", "wf \"1\""}, {"\xC3\xA4\\", "\\\xC3\xA4"}},
                   .metadata = R"( { "a" : [1, "\u00e4"] } )",
                   .identifiers = {crm("2"), crm("1"),
                                   must(TenantIdentifier::parse("domain", "INITECH.example"))}};
  const auto made = must(test.registry.create(wanted));
  CHECK(made.name == wanted.name);
  CHECK(made.status == wanted.status);
  CHECK(made.plan == wanted.plan);
  CHECK(made.template_version == wanted.template_version);
  CHECK(made.workflow_ids == wanted.workflow_ids);
  CHECK(made.metadata == wanted.metadata);
  const auto again = test.open_again().registry();
  CHECK(must(again.find(made.id)) == made);
  CHECK(must(again.find(made.slug)) == made);
  CHECK(must(again.find(crm("1"))) == made);
  CHECK(
      must(again.identifiers(made.id)) ==
      std::vector{crm("1"), crm("2"), must(TenantIdentifier::parse("domain", "initech.example"))});
}

TEST_CASE("what breaks a rule makes no tenant and changes none") {
  const TestStore test;
  std::vector<NewTenant> bad;
  const NewTenant good{.slug = "initech", .name = "Initech"};
  const auto add = [&](auto change) {
    bad.push_back(good);
    change(bad.back());
  };
  for (const auto status : {TenantStatus::inactive, TenantStatus::suspended, TenantStatus::archived,
                            static_cast<TenantStatus>(9)}) {
    add([&](NewTenant& tenant) { tenant.status = status; });
  }
  std::vector<std::string> lines = bad_lines();
  lines.emplace_back(101, 'x');
  for (const std::string& line : lines) {
    add([&](NewTenant& tenant) { tenant.plan = line; });
    add([&](NewTenant& tenant) { tenant.template_version = line; });
  }
  lines.back().assign(201, 'x');
  lines.emplace_back();
  for (const std::string& line : lines) {
    add([&](NewTenant& tenant) { tenant.name = line; });
    add([&](NewTenant& tenant) { tenant.workflow_ids = {{"w", line}}; });
    add([&](NewTenant& tenant) { tenant.workflow_ids = {{line, "w"}}; });
  }
  add([&](NewTenant& tenant) {
    for (int i = 0; i <= 100; ++i) {
      tenant.workflow_ids.emplace(std::to_string(i), "w");
    }
  });
  for (const std::string& metadata :
       {std::string{}, std::string{"[]"}, std::string{"null"}, std::string{R"({"a":1,"a":2})"},
        std::string{"{}\0", 3}, std::string{"\xEF\xBB\xBF{}"}, std::string{R"({"a":1e999})"},
        std::string{"{\"a\":\"\xFF\"}"},
        R"({"a":")" + std::string(Tenant::max_metadata_bytes, 'x') + "\"}"}) {
    add([&](NewTenant& tenant) { tenant.metadata = metadata; });
  }
  add([&](NewTenant& tenant) {
    for (int i = 0; i <= 100; ++i) {
      tenant.identifiers.push_back(crm(std::to_string(i)));
    }
  });
  for (const auto& tenant : bad) {
    CHECK(code_of(test.registry.create(tenant)) == errc::invalid_argument);
    // A change can break the same rules, but for what only a creation names.
    if (tenant.status == good.status && tenant.identifiers.empty()) {
      CHECK(code_of(test.registry.update(test.acme.id, {.name = tenant.name,
                                                        .plan = tenant.plan,
                                                        .template_version = tenant.template_version,
                                                        .workflow_ids = tenant.workflow_ids,
                                                        .metadata = tenant.metadata})) ==
            errc::invalid_argument);
    }
  }
  CHECK(code_of(test.registry.find(must(Slug::parse("initech")))) == errc::not_found);
  CHECK(must(test.registry.find(test.acme.id)) == test.acme);
  must(test.registry.create(good));
}

TEST_CASE("the limits themselves are allowed") {
  const TestStore test;
  NewTenant wanted{.slug = std::string(63, 'x'),
                   .name = std::string(200, 'n'),
                   .plan = std::string(100, 'p'),
                   .template_version = std::string(100, 't')};
  for (int i = 0; i < 100; ++i) {
    wanted.workflow_ids.emplace(std::string(197, 'w') + std::to_string(100 + i),
                                std::string(200, 'i'));
    wanted.identifiers.push_back(crm(std::to_string(i)));
  }
  wanted.metadata = R"({"a":")" + std::string(Tenant::max_metadata_bytes - 8, 'x') + "\"}";
  REQUIRE(wanted.metadata.size() == Tenant::max_metadata_bytes);
  const auto made = must(test.registry.create(wanted));
  CHECK(must(test.registry.find(made.id)).workflow_ids == wanted.workflow_ids);
  CHECK(must(test.registry.identifiers(made.id)).size() == 100);
  CHECK(code_of(test.registry.add_identifier(made.id, crm("100"))) == errc::invalid_argument);
  // One that it has already is no 101st.
  must(test.registry.add_identifier(made.id, crm("99")));
  must(test.registry.remove_identifier(made.id, crm("0")));
  must(test.registry.add_identifier(made.id, crm("100")));
}

TEST_CASE("hostile slugs are no slugs") {
  const TestStore test;
  for (const std::string& slug :
       {std::string{}, std::string{"Acme"}, std::string{"a b"}, std::string{"../acme"},
        std::string{"acme/"}, std::string{"-acme"}, std::string{"acme-"}, std::string{"www"},
        std::string{"api"}, std::string{"xn--acme"}, std::string(64, 'a'), std::string{"acme\0", 5},
        std::string{"acme\n"}, std::string{"acme.example"},
        std::string{"\xD0\xB0"
                    "cme"},
        std::string{"';--"}, std::string{"%"}}) {
    CAPTURE(slug);
    CHECK(code_of(test.registry.create({slug, "Name"})) == errc::invalid_slug);
  }
}

TEST_CASE("a tenant comes with all its identifiers or not at all") {
  const TestStore test;
  must(test.registry.add_identifier(test.acme.id, crm("taken")));
  CHECK(code_of(test.registry.create(
            {.slug = "initech", .name = "I", .identifiers = {crm("free"), crm("taken")}})) ==
        errc::already_exists);
  CHECK(code_of(test.registry.create(
            {.slug = "initech", .name = "I", .identifiers = {crm("twice"), crm("twice")}})) ==
        errc::already_exists);
  CHECK(code_of(test.registry.find(must(Slug::parse("initech")))) == errc::not_found);
  for (const char* value : {"free", "twice"}) {
    CHECK(code_of(test.registry.find(crm(value))) == errc::not_found);
  }
  must(test.registry.create({.slug = "initech", .name = "I", .identifiers = {crm("free")}}));
}

TEST_CASE("an update changes what is given and nothing else, and moves the version by one") {
  const TestStore test;
  const auto before = must(test.registry.create({.slug = "initech",
                                                 .name = "I",
                                                 .plan = "free",
                                                 .template_version = "1",
                                                 .workflow_ids = {{"a", "1"}, {"b", "2"}},
                                                 .metadata = R"({"a":1,"b":2})"}));
  test.clock->advance(std::chrono::seconds{1});
  Tenant expected = before;
  const auto check = [&](const TenantChange& change) {
    ++expected.version;
    expected.updated_at = test.clock->now();
    CHECK(must(test.registry.update(before.id, change)) == expected);
    CHECK(must(test.registry.find(before.id)) == expected);
  };
  expected.name = "J";
  check({.name = "J"});
  expected.plan = "";
  check({.plan = ""});
  expected.template_version = "2";
  check({.template_version = "2"});
  // All of them: nothing is merged.
  expected.workflow_ids = {{"b", "3"}};
  check({.workflow_ids = expected.workflow_ids});
  expected.workflow_ids = {};
  check({.workflow_ids = expected.workflow_ids});
  expected.metadata = R"({"b":3})";
  check({.metadata = expected.metadata});
  // The same value in another spelling is another text.
  expected.metadata = R"({"b": 3})";
  check({.metadata = expected.metadata});
  expected.name = "K";
  expected.plan = "pro";
  check({.name = "K", .plan = "pro"});

  test.clock->advance(std::chrono::seconds{1});
  CHECK(must(test.registry.update(before.id, {})) == expected);
  CHECK(must(test.registry.update(before.id, {.name = "K", .plan = "pro"})) == expected);
  CHECK(must(test.registry.find(test.acme.id)) == test.acme);
}

TEST_CASE("an update does not void contexts") {
  const TestStore test;
  const auto context = test.enter(test.acme);
  must(test.registry.rename(test.acme.id, "New"));
  must(test.registry.add_identifier(test.acme.id, crm("1")));
  must(test.store.read(context, [](tenancy::ReadTransaction&) -> tenancy::Result<void> {
    return tenancy::success();
  }));
}

TEST_CASE("who has seen another version changes nothing") {
  const TestStore test;
  const auto renamed = must(test.registry.rename(test.acme.id, "First", test.acme.version));
  CHECK(renamed.version == test.acme.version + 1);
  for (const std::int64_t version :
       {test.acme.version, renamed.version + 1, std::int64_t{0}, std::int64_t{-1}}) {
    CHECK(code_of(test.registry.rename(test.acme.id, "Second", version)) == errc::version_conflict);
    CHECK(code_of(test.registry.update(test.acme.id, {}, version)) == errc::version_conflict);
    CHECK(code_of(test.registry.archive(test.acme.id, version)) == errc::version_conflict);
  }
  CHECK(must(test.registry.find(test.acme.id)) == renamed);
  // Identifiers are part of what was seen.
  must(test.registry.add_identifier(test.acme.id, crm("1")));
  CHECK(code_of(test.registry.rename(test.acme.id, "Second", renamed.version)) ==
        errc::version_conflict);
}

TEST_CASE("every change of a tenant that is none is not found") {
  const TestStore test;
  const auto nobody = tenancy::TenantId::generate();
  CHECK(code_of(test.registry.update(nobody, {})) == errc::not_found);
  CHECK(code_of(test.registry.rename(nobody, "x", 1)) == errc::not_found);
  CHECK(code_of(test.registry.activate(nobody)) == errc::not_found);
  CHECK(code_of(test.registry.deactivate(nobody)) == errc::not_found);
  CHECK(code_of(test.registry.archive(nobody)) == errc::not_found);
  CHECK(code_of(test.registry.identifiers(nobody)) == errc::not_found);
  CHECK(code_of(test.registry.add_identifier(nobody, crm("1"))) == errc::not_found);
  CHECK(code_of(test.registry.remove_identifier(nobody, crm("1"))) == errc::not_found);
  CHECK(code_of(test.registry.find(crm("1"))) == errc::not_found);
  CHECK(code_of(test.registry.expire_key(nobody, "x", std::nullopt)) == errc::not_found);
  CHECK(code_of(test.registry.revoke_key(nobody, "x")) == errc::not_found);
}

TEST_CASE("an archived tenant stays as it is, and nobody gets what it had") {
  const TestStore test;
  must(test.registry.add_identifier(test.acme.id, crm("1")));
  const auto archived = must(test.registry.archive(test.acme.id));
  CHECK(must(test.registry.archive(test.acme.id)) == archived);
  CHECK(code_of(test.registry.rename(test.acme.id, "x")) == errc::invalid_transition);
  CHECK(code_of(test.registry.update(test.acme.id, {})) == errc::invalid_transition);
  CHECK(code_of(test.registry.deactivate(test.acme.id)) == errc::invalid_transition);
  CHECK(code_of(test.registry.add_identifier(test.acme.id, crm("2"))) == errc::invalid_transition);
  CHECK(code_of(test.registry.create({"acme", "Again"})) == errc::already_exists);
  const auto taken = test.registry.add_identifier(test.globex.id, crm("1"));
  CHECK(code_of(taken) == errc::already_exists);
  CHECK(taken.error().message().find("is taken") != std::string::npos);
  CHECK(code_of(test.authority.enter(crm("1"))) == errc::tenant_not_active);
  CHECK(must(test.registry.find(test.acme.id)) == archived);
  // Until it is removed.
  must(test.registry.remove_identifier(test.acme.id, crm("1")));
  must(test.registry.add_identifier(test.globex.id, crm("1")));
  CHECK(must(test.authority.enter(crm("1"))).tenant() == test.globex.id);
}

TEST_CASE("identifiers belong to one tenant, and another cannot take them away") {
  const TestStore test;
  const auto added = must(test.registry.add_identifier(test.acme.id, crm("1")));
  CHECK(added.version == test.acme.version + 1);
  CHECK(added.epoch == test.acme.epoch);
  CHECK(must(test.registry.add_identifier(test.acme.id, crm("1"))) == added);
  CHECK(code_of(test.registry.add_identifier(test.globex.id, crm("1"))) == errc::already_exists);
  CHECK(code_of(test.registry.remove_identifier(test.globex.id, crm("1"))) == errc::not_found);
  CHECK(code_of(test.registry.remove_identifier(test.acme.id, crm("2"))) == errc::not_found);
  // Within a kind: the same value of another kind is another identifier.
  must(test.registry.add_identifier(test.globex.id, must(TenantIdentifier::parse("erp", "1"))));
  CHECK(must(test.registry.find(crm("1"))).id == test.acme.id);
  const auto removed = must(test.registry.remove_identifier(test.acme.id, crm("1")));
  CHECK(removed.version == added.version + 1);
  CHECK(code_of(test.registry.find(crm("1"))) == errc::not_found);
}

TEST_CASE("calls at once that give a tenant one identifier all succeed, another tenant's do not") {
  const TestStore test;
  for (int round = 0; round < 10; ++round) {
    const auto name = crm(std::to_string(round));
    std::barrier together{4};
    std::vector<std::future<bool>> own;
    for (int i = 0; i < 4; ++i) {
      own.push_back(std::async(std::launch::async, [&] {
        together.arrive_and_wait();
        return test.registry.add_identifier(test.acme.id, name).has_value();
      }));
    }
    for (auto& call : own) {
      CHECK(call.get());
    }
    CHECK(code_of(test.registry.add_identifier(test.globex.id, name)) == errc::already_exists);
    CHECK(must(test.registry.identifiers(test.acme.id)).size() ==
          static_cast<std::size_t>(round) + 1);
  }
}

TEST_CASE("domains are found in any case, other identifiers in their own") {
  const TestStore test;
  must(test.registry.add_identifier(test.acme.id,
                                    must(TenantIdentifier::parse("domain", "Acme.Example"))));
  must(test.registry.add_identifier(test.acme.id, crm("Acme")));
  CHECK(must(test.registry.find(must(TenantIdentifier::parse("domain", "ACME.EXAMPLE")))).id ==
        test.acme.id);
  CHECK(code_of(test.registry.add_identifier(
            test.globex.id, must(TenantIdentifier::parse("domain", "acme.example")))) ==
        errc::already_exists);
  CHECK(code_of(test.registry.find(crm("acme"))) == errc::not_found);
  must(test.registry.add_identifier(test.globex.id, crm("acme")));
}

TEST_CASE("an identifier that moved opens its new tenant at once, warm caches or not") {
  const TestStore test;
  must(test.registry.add_identifier(test.acme.id, crm("1")));
  CHECK(must(test.authority.enter(crm("1"))).tenant() == test.acme.id);
  const auto again = test.open_again();
  must(again.registry().remove_identifier(test.acme.id, crm("1")));
  CHECK(code_of(test.authority.enter(crm("1"))) == errc::not_found);
  must(again.registry().add_identifier(test.globex.id, crm("1")));
  CHECK(must(test.authority.enter(crm("1"))).tenant() == test.globex.id);
}

TEST_CASE("a registry is held to its own options, and so are those made from it") {
  const TestStore test;
  const tenancy::CallOptions past{.deadline =
                                      tenancy::CallOptions::Clock::now() - std::chrono::seconds{1}};
  const auto late = test.registry.with(past);
  CHECK(code_of(late.find(test.acme.id)) == errc::deadline_exceeded);
  CHECK(code_of(late.suspend(test.acme.id)) == errc::deadline_exceeded);
  CHECK(code_of(late.list()) == errc::deadline_exceeded);
  CHECK(late.principal() == test.registry.principal());
  must(test.registry.find(test.acme.id));
  CHECK(must(test.registry.find(test.acme.id)) == test.acme);
}

TEST_CASE("a row of a tenant that cannot be read is an error and no guess") {
  for (const char* const column :
       {"tenant_id", "slug", "name", "status", "plan", "template_version", "workflow_ids",
        "metadata", "epoch", "version", "created_at", "updated_at"}) {
    CAPTURE(column);
    const TestStore test;
    test.drop_rules("tenancy_tenants");
    must(test.registry.find(test.acme.id));
    test.run_raw(std::string{"UPDATE tenancy_tenants SET "} + column +
                 " = NULL WHERE slug = 'acme'");
    const bool has_id = std::string_view{column} != "tenant_id";
    CHECK(code_of(has_id ? test.registry.find(test.acme.id) : test.registry.find(test.acme.slug)) ==
          errc::invalid_row);
    must(test.registry.find(test.globex.id));
  }
  const TestStore test;
  test.drop_rules("tenancy_tenants");
  const auto set = [&](const char* assignment) {
    test.run_raw(std::string{"UPDATE tenancy_tenants SET "} + assignment);
  };
  set("workflow_ids = 'no list'");
  CHECK(code_of(test.registry.find(test.acme.id)) == errc::invalid_row);
  set("workflow_ids = '[]', status = 'no status'");
  CHECK(code_of(test.registry.find(test.acme.id)) == errc::invalid_row);
  CHECK(code_of(test.authority.enter(test.acme.id)) == errc::invalid_row);
  set("status = 'active', epoch = NULL");
  CHECK(code_of(test.authority.enter(test.acme.id)) == errc::invalid_row);
}

TEST_CASE("an identifier that no rule admits is an error where it is read") {
  const TestStore test;
  must(test.registry.add_identifier(test.acme.id, crm("1")));
  test.run_raw("UPDATE tenancy_identifiers SET value = ' 1'");
  CHECK(code_of(test.registry.identifiers(test.acme.id)) == errc::invalid_row);
  CHECK(code_of(test.registry.add_identifier(test.acme.id, crm("2"))) == errc::invalid_row);
}
