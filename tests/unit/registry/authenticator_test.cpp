#include "tenancy/registry/authenticator.hpp"

#include <chrono>
#include <fstream>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include "registry/api_key_text.hpp"
#include "support/test_store.hpp"

using tenancy::errc;
using tenancy::Scope;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::TestStore;

namespace {

std::string text_of(const tenancy::IssuedApiKey& issued) {
  return std::string{issued.text.unsafe_text()};
}

}  // namespace

TEST_CASE("a key opens its tenant with its scope and nothing else") {
  const TestStore test;
  const auto authenticator = test.authority.authenticator();
  const auto issued =
      must(test.registry.issue_key(test.acme.id, {.name = "ci", .scope = Scope::read}));
  const auto context = must(authenticator.authenticate(text_of(issued)));
  CHECK(context.tenant() == test.acme.id);
  CHECK(context.scope() == Scope::read);
  CHECK(context.principal().to_string() == "api_key:" + issued.key.id);
}

TEST_CASE("the form of a key can be recognised without the store") {
  const TestStore test;
  const auto text = text_of(must(test.registry.issue_key(test.acme.id, {.name = "ci"})));
  CHECK(text.size() == 59);
  CHECK(text.starts_with("tnk_"));
  CHECK(text.find_first_not_of("0123456789abcdefghjkmnpqrstvwxyz", 4) == std::string::npos);
  using tenancy::Authenticator;
  CHECK(Authenticator::is_well_formed(text));
  const auto administrator = must(test.authority.issue_administrator_key("ops"));
  CHECK(Authenticator::is_well_formed(administrator.text.unsafe_text()));
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'x' ? 'y' : 'x';
    CHECK_FALSE(Authenticator::is_well_formed(changed));
  }
  for (const std::string& wrong : {std::string{}, std::string{"tnk_"}, text + "x", " " + text}) {
    CHECK_FALSE(Authenticator::is_well_formed(wrong));
  }
}

TEST_CASE("the text of a key is nowhere in the store") {
  const TestStore test;
  const auto text = text_of(must(test.registry.issue_key(test.acme.id, {.name = "ci"})));
  auto raw = test.raw();
  const std::string secret = text.substr(20, 32);
  SQLite::Statement search{raw,
                           "SELECT count(*) FROM tenancy_api_keys WHERE instr(key_id, ?1) OR "
                           "instr(hash, ?1) OR instr(name, ?1) OR length(hash) <> 32"};
  search.bind(1, secret);
  REQUIRE(search.executeStep());
  CHECK(search.getColumn(0).getInt() == 0);
}

TEST_CASE("any change of a key's text makes it useless") {
  const TestStore test;
  const auto authenticator = test.authority.authenticator();
  const auto text = text_of(must(test.registry.issue_key(test.acme.id, {.name = "ci"})));
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'x' ? 'y' : 'x';
    CHECK(code_of(authenticator.authenticate(changed)) == errc::invalid_credential);
  }
  for (const std::string& wrong : {std::string{}, std::string{"tnk_"}, text + "x", text.substr(1),
                                   " " + text, std::string(59, '0'), std::string(100'000, 'a')}) {
    CHECK(code_of(authenticator.authenticate(wrong)) == errc::invalid_credential);
  }
}

TEST_CASE("a well-formed key with a known id and another secret is refused") {
  // The checksum alone must not let anyone in: this one is right.
  const TestStore test;
  const auto issued = must(test.registry.issue_key(test.acme.id, {.name = "ci"}));
  const auto stranger = tenancy::detail::ApiKeyText::generate(tenancy::detail::KeyHolder::tenant);
  test.run_raw("UPDATE tenancy_api_keys SET key_id = '" + std::string{stranger.id()} + "'");
  CHECK(code_of(test.authority.authenticator().authenticate(stranger.unsafe_text())) ==
        errc::invalid_credential);
}

TEST_CASE("a well-formed administrator's key with a known id and another secret is refused") {
  const TestStore test;
  const auto authenticator = test.authority.authenticator();
  const auto issued = must(test.authority.issue_administrator_key("ops"));
  const std::string text{issued.text.unsafe_text()};
  must(authenticator.authenticate_administrator(text));
  const auto stranger =
      tenancy::detail::ApiKeyText::generate(tenancy::detail::KeyHolder::administrator);
  CHECK(code_of(authenticator.authenticate_administrator(stranger.unsafe_text())) ==
        errc::invalid_credential);
  test.run_raw("UPDATE tenancy_administrator_keys SET key_id = '" + std::string{stranger.id()} +
               "'");
  CHECK(code_of(authenticator.authenticate_administrator(stranger.unsafe_text())) ==
        errc::invalid_credential);
}

TEST_CASE("an administrator's key that was revoked is refused") {
  const TestStore test;
  const auto authenticator = test.authority.authenticator();
  const auto kept = must(test.authority.issue_administrator_key("kept"));
  const auto issued = must(test.authority.issue_administrator_key("ops"));
  test.run_raw("UPDATE tenancy_administrator_keys SET revoked_at = created_at WHERE key_id = '" +
               issued.id + "'");
  CHECK(code_of(authenticator.authenticate_administrator(issued.text.unsafe_text())) ==
        errc::invalid_credential);
  must(authenticator.authenticate_administrator(kept.text.unsafe_text()));
}

TEST_CASE("a stored hash of another length is nobody's") {
  for (const char* const hash :
       {"CAST(hash || x'00' AS BLOB)", "CAST(hash || zeroblob(1000000) AS BLOB)",
        "zeroblob(1000000)", "substr(hash, 1, 31)", "x''"}) {
    CAPTURE(hash);
    const TestStore test;
    const auto text = text_of(must(test.registry.issue_key(test.acme.id, {.name = "ci"})));
    test.run_raw(std::string{"UPDATE tenancy_api_keys SET hash = "} + hash);
    CHECK(code_of(test.authority.authenticator().authenticate(text)) == errc::invalid_credential);
  }
}

TEST_CASE("a stored version that no ring has is nobody's") {
  for (const char* const version :
       {"key_version + 4294967296", "key_version - 4294967296", "0", "-key_version"}) {
    CAPTURE(version);
    const TestStore test;
    const auto text = text_of(must(test.registry.issue_key(test.acme.id, {.name = "ci"})));
    test.run_raw(std::string{"UPDATE tenancy_api_keys SET key_version = "} + version);
    CHECK(code_of(test.authority.authenticator().authenticate(text)) == errc::invalid_credential);
  }
}

TEST_CASE("a context of a key that became another tenant's opens nothing") {
  const TestStore test;
  const auto issued = must(test.registry.issue_key(test.acme.id, {.name = "ci"}));
  const auto context = must(test.authority.authenticator().authenticate(text_of(issued)));
  test.run_raw("UPDATE tenancy_api_keys SET tenant_id = " + std::to_string(test.globex.id.value()));
  const auto outcome = test.store.read(
      context, [](tenancy::ReadTransaction&) { return tenancy::Result<void>{tenancy::success()}; });
  CHECK(code_of(outcome) == errc::stale_context);
}

TEST_CASE("a context with a key's former expiry is over, though the connection knows the key") {
  const TestStore test;
  const auto authenticator = test.authority.authenticator();
  const auto soon = test.clock->now() + std::chrono::hours{1};
  const auto issued =
      must(test.registry.issue_key(test.acme.id, {.name = "ci", .expires_at = soon}));
  const auto former = must(authenticator.authenticate(text_of(issued)));
  must(test.registry.expire_key(test.acme.id, issued.key.id, soon + std::chrono::hours{1}));
  const auto renewed = must(authenticator.authenticate(text_of(issued)));
  const auto write = [&](const tenancy::TenantContext& context) {
    return test.store.write(context, [](tenancy::WriteTransaction&) {
      return tenancy::Result<void>{tenancy::success()};
    });
  };
  must(write(renewed));
  CHECK(code_of(write(former)) == errc::stale_context);
  must(write(renewed));
}

TEST_CASE("a revoked key's context is over though its tenant has another key") {
  const TestStore test;
  const auto authenticator = test.authority.authenticator();
  const auto kept = must(test.registry.issue_key(test.acme.id, {.name = "kept"}));
  const auto issued = must(test.registry.issue_key(test.acme.id, {.name = "ci"}));
  const auto context = must(authenticator.authenticate(text_of(issued)));
  must(test.registry.revoke_key(test.acme.id, issued.key.id));
  const auto read = [&](const tenancy::TenantContext& from) {
    return test.store.read(
        from, [](tenancy::ReadTransaction&) { return tenancy::Result<void>{tenancy::success()}; });
  };
  CHECK(code_of(read(context)) == errc::stale_context);
  must(read(must(authenticator.authenticate(text_of(kept)))));
}

TEST_CASE("a revoked key is refused, and only its tenant's administrator can revoke it") {
  const TestStore test;
  const auto authenticator = test.authority.authenticator();
  const auto issued = must(test.registry.issue_key(test.acme.id, {.name = "ci"}));
  CHECK(code_of(test.registry.revoke_key(test.globex.id, issued.key.id)) == errc::not_found);
  must(authenticator.authenticate(text_of(issued)));
  const auto revoked = must(test.registry.revoke_key(test.acme.id, issued.key.id));
  CHECK(revoked.revoked_at == test.clock->now());
  CHECK(code_of(authenticator.authenticate(text_of(issued))) == errc::invalid_credential);
  test.clock->advance(std::chrono::hours{1});
  CHECK(must(test.registry.revoke_key(test.acme.id, issued.key.id)).revoked_at ==
        revoked.revoked_at);
  CHECK(code_of(test.registry.revoke_key(test.acme.id, "nothing")) == errc::not_found);
}

TEST_CASE("a key is good until the very instant at which it expires") {
  const TestStore test;
  const auto authenticator = test.authority.authenticator();
  const auto expires = test.clock->now() + std::chrono::hours{1};
  const auto text =
      text_of(must(test.registry.issue_key(test.acme.id, {.name = "ci", .expires_at = expires})));
  test.clock->set(expires - tenancy::Timestamp::Duration{1});
  must(authenticator.authenticate(text));
  test.clock->set(expires);
  CHECK(code_of(authenticator.authenticate(text)) == errc::invalid_credential);
  CHECK(code_of(test.registry.issue_key(test.acme.id, {.name = "late", .expires_at = expires})) ==
        errc::invalid_argument);
}

TEST_CASE("keys of a suspended tenant prove right and are refused all the same") {
  const TestStore test;
  const auto authenticator = test.authority.authenticator();
  const auto text = text_of(must(test.registry.issue_key(test.acme.id, {.name = "ci"})));
  must(test.registry.suspend(test.acme.id));
  CHECK(code_of(authenticator.authenticate(text)) == errc::tenant_not_active);
  must(test.registry.activate(test.acme.id));
  must(authenticator.authenticate(text));
}

TEST_CASE("keys are listed without their secrets, newest first") {
  const TestStore test;
  must(test.registry.issue_key(test.acme.id, {.name = "old"}));
  test.clock->advance(std::chrono::seconds{1});
  must(test.registry.issue_key(test.acme.id, {.name = "new", .scope = Scope::admin}));
  must(test.registry.issue_key(test.globex.id, {.name = "other"}));
  const auto keys = must(test.registry.keys(test.acme.id)).items;
  REQUIRE(keys.size() == 2);
  CHECK(keys[0].name == "new");
  CHECK(keys[0].scope == Scope::admin);
  CHECK(keys[1].name == "old");
  CHECK(code_of(test.registry.keys(tenancy::TenantId::generate())) == errc::not_found);
  CHECK(code_of(test.registry.issue_key(tenancy::TenantId::generate(), {.name = "x"})) ==
        errc::not_found);
  CHECK(code_of(test.registry.issue_key(test.acme.id, {.name = ""})) == errc::invalid_argument);
}

TEST_CASE("administrators' keys and tenants' keys do not stand for one another") {
  const TestStore test;
  const auto authenticator = test.authority.authenticator();
  CHECK(must(test.authority.count_administrator_keys()) == 0);
  const auto issued = must(test.authority.issue_administrator_key("ops"));
  CHECK(must(test.authority.count_administrator_keys()) == 1);
  const std::string text{issued.text.unsafe_text()};
  CHECK(text.starts_with("tna_"));
  const auto registry = must(authenticator.authenticate_administrator(text));
  CHECK(registry.principal().to_string() == "administrator:" + issued.id);
  must(registry.find(test.acme.id));

  CHECK(code_of(authenticator.authenticate(text)) == errc::invalid_credential);
  CHECK(code_of(authenticator.authenticate("tnk_" + text.substr(4))) == errc::invalid_credential);
  const auto tenant = text_of(must(test.registry.issue_key(test.acme.id, {.name = "ci"})));
  CHECK(code_of(authenticator.authenticate_administrator(tenant)) == errc::invalid_credential);
  CHECK(code_of(test.authority.issue_administrator_key("")) == errc::invalid_argument);
}

TEST_CASE("keys are good after the ring was rotated and void once their version is taken out") {
  const TestStore test;
  const auto text = text_of(must(test.registry.issue_key(test.acme.id, {.name = "ci"})));
  const auto ring_file = test.file().string() + ".keys";
  must(tenancy::KeyRing::rotate(ring_file));
  must(test.open_again().authenticator().authenticate(text));
  std::string newest;
  for (std::ifstream ring{ring_file}; std::getline(ring, newest) && !newest.starts_with("2:");) {
  }
  const auto without =
      must(tenancy::open(test.url(), {.migrations = tenancy_test::test_schema(),
                                      .keys = must(tenancy::KeyRing::parse(newest))}));
  CHECK(code_of(without.authenticator().authenticate(text)) == errc::invalid_credential);
}

TEST_CASE("what authenticating and entering found opens nothing once another process changed it") {
  const TestStore test;
  const auto store = test.authority.store();
  const auto elsewhere = test.open_again().registry(tenancy_test::tester());
  const auto read_nothing = [](tenancy::ReadTransaction& /*transaction*/) {
    return tenancy::Result<void>{tenancy::success()};
  };
  const auto issued = must(test.registry.issue_key(test.acme.id, {.name = "ci"}));
  const auto text = text_of(issued);

  SUBCASE("nothing changed") {
    const auto context = must(test.authority.authenticator().authenticate(text));
    must(store.read(context, read_nothing));
  }
  SUBCASE("the key was revoked") {
    const auto context = must(test.authority.authenticator().authenticate(text));
    must(elsewhere.revoke_key(test.acme.id, issued.key.id));
    CHECK(code_of(store.read(context, read_nothing)) == errc::stale_context);
  }
  SUBCASE("the key got another expiry") {
    const auto context = must(test.authority.authenticator().authenticate(text));
    must(elsewhere.expire_key(test.acme.id, issued.key.id,
                              test.clock->now() + std::chrono::hours{1}));
    CHECK(code_of(store.read(context, read_nothing)) == errc::stale_context);
  }
  SUBCASE("the key's tenant was suspended") {
    const auto context = must(test.authority.authenticator().authenticate(text));
    must(elsewhere.suspend(test.acme.id));
    CHECK(code_of(store.read(context, read_nothing)) == errc::tenant_not_active);
  }
  SUBCASE("the tenant that was entered was suspended, and is active again") {
    const auto context = test.enter(test.acme);
    must(elsewhere.suspend(test.acme.id));
    CHECK(code_of(store.read(context, read_nothing)) == errc::tenant_not_active);
    must(elsewhere.activate(test.acme.id));
    CHECK(code_of(store.read(context, read_nothing)) == errc::stale_context);
    must(store.read(test.enter(test.acme), read_nothing));
  }
}

TEST_CASE("an answer from memory about a key that another process changed has an age at most") {
  const auto opened = [](std::chrono::milliseconds max_answer_age) {
    return TestStore{{}, tenancy_test::test_schema(), {}, {.max_answer_age = max_answer_age}};
  };
  const auto revoked_elsewhere = [](const TestStore& test) {
    const auto issued = must(test.registry.issue_key(test.acme.id, {.name = "ci"}));
    must(test.authority.authenticator().authenticate(text_of(issued)));
    must(
        test.open_again().registry(tenancy_test::tester()).revoke_key(test.acme.id, issued.key.id));
    return text_of(issued);
  };

  SUBCASE("no transaction is needed to find out, only time") {
    const TestStore test = opened(std::chrono::milliseconds{20});
    const auto text = revoked_elsewhere(test);
    const auto authenticator = test.authority.authenticator();
    const auto end = std::chrono::steady_clock::now() + std::chrono::minutes{1};
    while (authenticator.authenticate(text) && std::chrono::steady_clock::now() < end) {
      std::this_thread::yield();
    }
    CHECK(code_of(authenticator.authenticate(text)) == errc::invalid_credential);
  }
  SUBCASE("at the age of nothing the store is asked each time") {
    const TestStore test = opened(std::chrono::milliseconds{0});
    const auto text = revoked_elsewhere(test);
    CHECK(code_of(test.authority.authenticator().authenticate(text)) == errc::invalid_credential);
  }
  SUBCASE("until then memory answers, and transactions refuse") {
    const TestStore test = opened(std::chrono::hours{1});
    const auto text = revoked_elsewhere(test);
    const auto context = must(test.authority.authenticator().authenticate(text));
    const auto nothing = [](tenancy::ReadTransaction& /*transaction*/) {
      return tenancy::Result<void>{tenancy::success()};
    };
    CHECK(code_of(test.authority.store().read(context, nothing)) == errc::stale_context);
  }
  SUBCASE("a second, unless the host says otherwise") {
    CHECK(tenancy::RegistryOptions{}.max_answer_age == std::chrono::seconds{1});
  }
}
