#include "tenancy/registry/api_key.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <boost/crc.hpp>
#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "core/base32.hpp"
#include "registry/api_key_text.hpp"
#include "registry/key_use.hpp"
#include "storage/backend.hpp"
#include "support/child_process.hpp"
#include "support/entities.hpp"
#include "support/test_store.hpp"

using tenancy::ApiKey;
using tenancy::errc;
using tenancy::ReadRepository;
using tenancy::TenantContext;
using tenancy::TenantStatus;
using tenancy::Timestamp;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::TestStore;

using namespace std::chrono_literals;

namespace {

std::string text_of(const tenancy::IssuedApiKey& issued) {
  return std::string{issued.text.unsafe_text()};
}

ApiKey key_of(const TestStore& test, const tenancy::IssuedApiKey& issued) {
  for (const auto& key : must(test.registry.keys(issued.key.tenant)).items) {
    if (key.id == issued.key.id) {
      return key;
    }
  }
  FAIL("no such key");
  return issued.key;
}

/// The text with a checksum that fits.
std::string with_checksum(std::string text) {
  using Key = tenancy::detail::ApiKeyText;
  boost::crc_32_type crc;
  crc.process_bytes(text.data(), Key::size - Key::checksum_size);
  std::uint32_t rest = crc.checksum();
  for (auto digit = text.rbegin(); digit != text.rbegin() + Key::checksum_size; ++digit) {
    *digit = tenancy::detail::base32_lower[rest & 31U];
    rest >>= 5U;
  }
  return text;
}

/// The same key with another secret, and a checksum that fits.
std::string forged(std::string text) {
  using Key = tenancy::detail::ApiKeyText;
  const std::size_t secret = Key::prefix_size + Key::id_size;
  text[secret] = text[secret] == '0' ? '1' : '0';
  text = with_checksum(std::move(text));
  REQUIRE(Key::id_of(tenancy::detail::KeyHolder::tenant, text).has_value());
  return text;
}

auto count(const tenancy::Store& store, const TenantContext& context) {
  return ReadRepository<Note>{store, context}.count();
}

}  // namespace

TEST_CASE("a key's name is one line of 1 to 100 bytes") {
  const TestStore test;
  const std::string override_mark = std::string{"\xE2\x80"} + "\xAE";
  for (const std::string& name :
       {std::string{}, std::string(101, 'x'), std::string{"a\nb"}, std::string{"a\0b", 3},
        std::string{"\xFF"}, "x" + override_mark}) {
    CAPTURE(name);
    CHECK(code_of(test.registry.issue_key(test.acme.id, {.name = name})) == errc::invalid_argument);
    CHECK(code_of(test.authority.issue_administrator_key(name)) == errc::invalid_argument);
  }
  CHECK(must(test.registry.keys(test.acme.id)).items.empty());
  const std::string hostile = "'); DROP TABLE tenancy_api_keys; --";
  must(test.registry.issue_key(test.acme.id, {.name = hostile}));
  must(test.registry.issue_key(test.acme.id, {.name = std::string(100, 'x')}));
  const auto keys = must(test.registry.keys(test.acme.id)).items;
  REQUIRE(keys.size() == 2);
  CHECK(std::ranges::find(keys, hostile, &ApiKey::name) != keys.end());
}

TEST_CASE("a key is written in its digits alone, whatever its checksum says") {
  const TestStore test;
  const auto text = text_of(must(test.registry.issue_key(test.acme.id, {.name = "ci"})));
  REQUIRE(with_checksum(text) == text);
  using Key = tenancy::detail::ApiKeyText;
  for (const char other : {'i', 'l', 'o', 'u', 'A', '-', ' ', '\0', '\xFF'}) {
    for (const std::size_t at : {Key::prefix_size, Key::size - Key::checksum_size - 1}) {
      std::string changed = text;
      changed[at] = other;
      CHECK_FALSE(tenancy::Authenticator::is_well_formed(with_checksum(changed)));
    }
  }
}

TEST_CASE("a tenant has at most 1000 keys, and forgets first what was the first to be of no use") {
  const TestStore test;
  const auto issue = [&](std::optional<Timestamp> expires_at = std::nullopt) {
    return test.registry.issue_key(test.acme.id, {.name = "k", .expires_at = expires_at});
  };
  const auto others = must(test.registry.issue_key(test.globex.id, {.name = "k"}));
  must(test.registry.revoke_key(test.globex.id, others.key.id));
  const auto revoked = must(issue());
  const auto expired = must(issue(test.clock->now() + 1h));
  const auto authenticator = test.authority.authenticator();
  const auto context = must(authenticator.authenticate(text_of(revoked)));
  for (int i = 2; i < 1'000; ++i) {
    must(issue());
  }
  CHECK(code_of(issue()) == errc::invalid_argument);
  test.clock->advance(2h);
  // One that may be forgotten, and cannot, is another error.
  test.run_raw(
      "CREATE TRIGGER keeps BEFORE DELETE ON tenancy_api_keys BEGIN SELECT RAISE(ABORT, 'kept'); "
      "END");
  CHECK(code_of(issue()) != errc::invalid_argument);
  test.run_raw("DROP TRIGGER keeps");
  must(test.registry.revoke_key(test.acme.id, revoked.key.id));
  const auto has = [&](const tenancy::IssuedApiKey& issued) {
    bool is_there = false;
    for (std::int64_t number = 1; number <= 2; ++number) {
      const auto page = must(test.registry.keys(test.acme.id, {.limit = 500, .number = number}));
      CHECK(page.numbers->total == 1'000);
      CHECK(page.items.size() == 500);
      is_there =
          is_there || std::ranges::find(page.items, issued.key.id, &ApiKey::id) != page.items.end();
    }
    return is_there;
  };
  must(issue());
  CHECK_FALSE(has(expired));
  CHECK(has(revoked));
  must(issue());
  CHECK_FALSE(has(revoked));
  CHECK(code_of(issue()) == errc::invalid_argument);
  // What is forgotten opens nothing.
  CHECK(code_of(authenticator.authenticate(text_of(revoked))) == errc::invalid_credential);
  CHECK(code_of(count(test.store, context)) == errc::stale_context);
  CHECK(must(test.registry.keys(test.globex.id)).items.size() == 1);
}

TEST_CASE("a change of a key that cannot be stored is not said to be made") {
  const TestStore test;
  const auto issued = must(test.registry.issue_key(test.acme.id, {.name = "ci"}));
  test.run_raw(
      "CREATE TRIGGER keeps BEFORE UPDATE ON tenancy_api_keys BEGIN SELECT RAISE(ABORT, 'kept'); "
      "END");
  CHECK_FALSE(test.registry.expire_key(test.acme.id, issued.key.id, test.clock->now()));
  CHECK_FALSE(test.registry.revoke_key(test.acme.id, issued.key.id));
  must(test.authority.authenticator().authenticate(text_of(issued)));
}

TEST_CASE("names of keys are no identities: two may have the same") {
  const TestStore test;
  const auto first = must(test.registry.issue_key(test.acme.id, {.name = "ci"}));
  const auto second = must(test.registry.issue_key(test.acme.id, {.name = "ci"}));
  CHECK(first.key.id != second.key.id);
  must(test.registry.revoke_key(test.acme.id, first.key.id));
  must(test.authority.authenticator().authenticate(text_of(second)));
}

TEST_CASE("what a key has become is there after the store was closed") {
  const TestStore test;
  const auto issued = must(test.registry.issue_key(
      test.acme.id,
      {.name = "ci", .scope = tenancy::Scope::admin, .expires_at = test.clock->now() + 24h}));
  const auto later = test.clock->now() + 48h;
  must(test.registry.expire_key(test.acme.id, issued.key.id, later));
  test.clock->advance(1h);
  const auto revoked = must(test.registry.revoke_key(test.acme.id, issued.key.id));
  const auto again = test.open_again();
  const auto keys = must(again.registry().keys(test.acme.id)).items;
  REQUIRE(keys.size() == 1);
  CHECK(keys[0].name == "ci");
  CHECK(keys[0].scope == tenancy::Scope::admin);
  CHECK(keys[0].created_at == issued.key.created_at);
  CHECK(keys[0].expires_at == later);
  CHECK(keys[0].revoked_at == revoked.revoked_at);
  CHECK(keys[0].revoked_at == test.clock->now());
}

TEST_CASE("a context of a key says so, and ends with it") {
  const TestStore test;
  const auto expires = test.clock->now() + 1h;
  const auto issued =
      must(test.registry.issue_key(test.acme.id, {.name = "ci", .expires_at = expires}));
  const auto context = must(test.authority.authenticator().authenticate(text_of(issued)));
  CHECK(context.kind() == tenancy::ContextKind::credential);
  CHECK(context.expires_at() == expires);
  test.clock->set(expires - Timestamp::Duration{1});
  must(count(test.store, context));
  test.clock->set(expires);
  CHECK(code_of(count(test.store, context)) == errc::stale_context);
  CHECK(code_of(tenancy::Repository<Note>{test.store, context}.insert({.title = "x"})) ==
        errc::stale_context);
  CHECK(code_of(test.authority.authenticator().authenticate(text_of(issued))) ==
        errc::invalid_credential);
}

TEST_CASE("an expiry that moves ends the contexts of before, and the key goes by the new one") {
  const TestStore test;
  const auto authenticator = test.authority.authenticator();
  const auto issued = must(
      test.registry.issue_key(test.acme.id, {.name = "ci", .expires_at = test.clock->now() + 1h}));
  const auto id = issued.key.id;
  const auto at_first = must(authenticator.authenticate(text_of(issued)));
  must(count(test.store, at_first));

  must(test.registry.expire_key(test.acme.id, id, test.clock->now() + 2h));
  CHECK(code_of(count(test.store, at_first)) == errc::stale_context);
  const auto longer = must(authenticator.authenticate(text_of(issued)));
  CHECK(longer.expires_at() == test.clock->now() + 2h);

  must(test.registry.expire_key(test.acme.id, id, std::nullopt));
  const auto endless = must(authenticator.authenticate(text_of(issued)));
  CHECK_FALSE(endless.expires_at().has_value());
  must(count(test.store, endless));
  CHECK(code_of(count(test.store, longer)) == errc::stale_context);

  // At once.
  must(test.registry.expire_key(test.acme.id, id, test.clock->now()));
  CHECK(code_of(count(test.store, endless)) == errc::stale_context);
  CHECK(code_of(authenticator.authenticate(text_of(issued))) == errc::invalid_credential);

  // It is not revoked, so it can come back.
  must(test.registry.expire_key(test.acme.id, id, test.clock->now() + 1s));
  must(count(test.store, must(authenticator.authenticate(text_of(issued)))));
}

TEST_CASE("an expiry is any instant") {
  const TestStore test;
  const auto authenticator = test.authority.authenticator();
  const auto issued = must(test.registry.issue_key(test.acme.id, {.name = "ci"}));
  for (const std::int64_t at : {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1},
                                std::int64_t{0}, std::numeric_limits<std::int64_t>::max()}) {
    const auto expiry = Timestamp::from_microseconds(at);
    CHECK(must(test.registry.expire_key(test.acme.id, issued.key.id, expiry)).expires_at == expiry);
    CHECK(authenticator.authenticate(text_of(issued)).has_value() == (expiry > test.clock->now()));
  }
}

TEST_CASE("a revoked key stays revoked") {
  const TestStore test;
  const auto issued = must(test.registry.issue_key(test.acme.id, {.name = "ci"}));
  const auto revoked = must(test.registry.revoke_key(test.acme.id, issued.key.id));
  test.clock->advance(1h);
  CHECK(code_of(test.registry.expire_key(test.acme.id, issued.key.id, std::nullopt)) ==
        errc::invalid_transition);
  CHECK(code_of(test.registry.expire_key(test.acme.id, issued.key.id, test.clock->now() + 1h)) ==
        errc::invalid_transition);
  must(test.registry.suspend(test.acme.id));
  must(test.registry.activate(test.acme.id));
  CHECK(key_of(test, issued).revoked_at == revoked.revoked_at);
  CHECK(code_of(test.authority.authenticator().authenticate(text_of(issued))) ==
        errc::invalid_credential);
}

TEST_CASE("a key is changed through its own tenant alone, and by its own id") {
  const TestStore test;
  const auto issued = must(test.registry.issue_key(test.acme.id, {.name = "ci"}));
  const auto stranger = tenancy::TenantId::generate();
  for (const auto& tenant : {test.globex.id, stranger}) {
    CHECK(code_of(test.registry.expire_key(tenant, issued.key.id, std::nullopt)) ==
          errc::not_found);
    CHECK(code_of(test.registry.revoke_key(tenant, issued.key.id)) == errc::not_found);
  }
  for (const std::string& id :
       {std::string{}, std::string{"%"}, issued.key.id + " ", issued.key.id + std::string(1, '\0'),
        issued.key.id.substr(1), std::string(100'000, 'x'), text_of(issued),
        std::string{"' OR 1=1 --"}}) {
    CHECK(code_of(test.registry.expire_key(test.acme.id, id, std::nullopt)) == errc::not_found);
    CHECK(code_of(test.registry.revoke_key(test.acme.id, id)) == errc::not_found);
  }
  must(test.authority.authenticator().authenticate(text_of(issued)));
}

TEST_CASE("keys are made for tenants of every status but archived, and work for active ones") {
  const TestStore test;
  const auto authenticator = test.authority.authenticator();
  const auto made = must(test.registry.create(
      {.slug = "initech", .name = "Initech", .status = TenantStatus::provisioning}));
  const auto issued = must(test.registry.issue_key(made.id, {.name = "ci"}));
  const auto text = text_of(issued);
  CHECK(code_of(authenticator.authenticate(text)) == errc::tenant_not_active);
  must(test.registry.activate(made.id));
  must(authenticator.authenticate(text));
  must(test.registry.deactivate(made.id));
  CHECK(code_of(authenticator.authenticate(text)) == errc::tenant_not_active);
  must(test.registry.issue_key(made.id, {.name = "while inactive"}));
  must(test.registry.archive(made.id));
  CHECK(code_of(authenticator.authenticate(text)) == errc::tenant_not_active);
  CHECK(code_of(test.registry.issue_key(made.id, {.name = "late"})) == errc::invalid_transition);
  // What is there can still be seen and shut.
  CHECK(must(test.registry.keys(made.id)).items.size() == 2);
  must(test.registry.revoke_key(made.id, issued.key.id));
  CHECK(code_of(authenticator.authenticate(text)) == errc::invalid_credential);
}

TEST_CASE(
    "a wrong secret is refused while the right one is remembered, and drives it out of nothing") {
  const TestStore test;
  const auto authenticator = test.authority.authenticator();
  const auto text = text_of(must(test.registry.issue_key(test.acme.id, {.name = "ci"})));
  must(authenticator.authenticate(text));
  for (int i = 0; i < 3; ++i) {
    CHECK(code_of(authenticator.authenticate(forged(text))) == errc::invalid_credential);
    must(authenticator.authenticate(text));
  }
  // Nor does a status tell itself to who proves nothing.
  must(test.registry.suspend(test.acme.id));
  CHECK(code_of(authenticator.authenticate(forged(text))) == errc::invalid_credential);
  CHECK(code_of(authenticator.authenticate(text)) == errc::tenant_not_active);
}

TEST_CASE("without a cache everything works the same") {
  const TestStore test{{}, tenancy_test::test_schema(), {}, {.cache_bytes = 0}};
  const auto authenticator = test.authority.authenticator();
  const auto issued = must(test.registry.issue_key(test.acme.id, {.name = "ci"}));
  for (int i = 0; i < 3; ++i) {
    must(count(test.store, must(authenticator.authenticate(text_of(issued)))));
    must(count(test.store, test.enter(test.acme)));
  }
  CHECK(code_of(authenticator.authenticate(forged(text_of(issued)))) == errc::invalid_credential);
  must(test.registry.suspend(test.acme.id));
  CHECK(code_of(authenticator.authenticate(text_of(issued))) == errc::tenant_not_active);
  CHECK(code_of(test.authority.enter(test.acme.id)) == errc::tenant_not_active);
  must(test.registry.activate(test.acme.id));
  must(test.registry.revoke_key(test.acme.id, issued.key.id));
  CHECK(code_of(authenticator.authenticate(text_of(issued))) == errc::invalid_credential);
}

TEST_CASE("uses are written while the store stays open, those of later too") {
  const TestStore test;
  const auto issued = must(test.registry.issue_key(test.acme.id, {.name = "ci"}));
  for (int i = 0; i < 2; ++i) {
    test.clock->set(test.clock->now() + 2h);
    must(test.authority.authenticator().authenticate(text_of(issued)));
    while (key_of(test, issued).last_used_at != test.clock->now()) {
      std::this_thread::yield();
    }
  }
}

TEST_CASE("the last use of a key is known to about an hour") {
  const TestStore test;
  const auto issued = must(test.registry.issue_key(test.acme.id, {.name = "ci"}));
  const auto used = [&] { return key_of(test, issued).last_used_at; };
  // What is noted is written when the store is closed, if not before.
  const auto use_at = [&](const std::vector<Timestamp>& times) {
    const auto authority = test.open_again();
    const auto authenticator = authority.authenticator();
    for (const auto time : times) {
      test.clock->set(time);
      must(authenticator.authenticate(text_of(issued)));
    }
  };
  const auto first = test.clock->now();
  CHECK_FALSE(used().has_value());
  use_at({first});
  CHECK(used() == first);
  const auto just_before = first + 1h - Timestamp::Duration{1};
  use_at({just_before, just_before});
  CHECK(used() == first);
  use_at({first + 1h, first + 90min});
  CHECK(used() == first + 1h);
  use_at({first + 3h, first + 3h + 30min, first + 4h, first + 4h + 59min});
  CHECK(used() == first + 4h);
  // A clock that is set back does not take it back.
  use_at({first});
  CHECK(used() == first + 4h);
}

TEST_CASE("the precision of the last use is the host's to choose") {
  const tenancy_test::TestStore test;
  const auto issued = must(test.registry.issue_key(test.acme.id, {.name = "ci"}));
  const auto start = test.clock->now();
  {
    const auto authority =
        must(tenancy::open(test.url(), {.migrations = tenancy_test::test_schema(),
                                        .store = {.clock = test.clock},
                                        .registry = {.key_use_precision = 60s}}));
    const auto authenticator = authority.authenticator();
    must(authenticator.authenticate(text_of(issued)));
    test.clock->advance(60s);
    must(authenticator.authenticate(text_of(issued)));
    test.clock->advance(59s);
    must(authenticator.authenticate(text_of(issued)));
  }
  CHECK(key_of(test, issued).last_used_at == start + 60s);
}

TEST_CASE("who is refused has not used a key") {
  const TestStore test;
  const auto issued = must(test.registry.issue_key(test.acme.id, {.name = "ci"}));
  const auto text = text_of(issued);
  {
    const auto authority = test.open_again();
    CHECK_FALSE(authority.authenticator().authenticate(forged(text)).has_value());
    must(test.registry.suspend(test.acme.id));
    CHECK_FALSE(authority.authenticator().authenticate(text).has_value());
    must(test.registry.revoke_key(test.acme.id, issued.key.id));
    CHECK_FALSE(authority.authenticator().authenticate(text).has_value());
  }
  CHECK_FALSE(key_of(test, issued).last_used_at.has_value());
}

TEST_CASE("options out of range open nothing") {
  const auto refused = [](const tenancy::RegistryOptions& options) {
    return code_of(tenancy::open("sqlite::memory:", {.registry = options}));
  };
  CHECK(refused({.cache_bytes = (std::size_t{64} << 30U) + 1}) == errc::invalid_argument);
  CHECK(refused({.max_answer_age = -1ms}) == errc::invalid_argument);
  CHECK(refused({.max_answer_age = 1h + 1ms}) == errc::invalid_argument);
  CHECK(refused({.max_answer_age = std::chrono::milliseconds::max()}) == errc::invalid_argument);
  CHECK(refused({.key_use_precision = 59s}) == errc::invalid_argument);
  CHECK(refused({.key_use_precision = 0s}) == errc::invalid_argument);
  CHECK(refused({.key_use_precision = -1s}) == errc::invalid_argument);
  CHECK(refused({.key_use_precision = std::chrono::hours{24 * 31} + 1s}) == errc::invalid_argument);
  CHECK(refused({.key_use_precision = std::chrono::seconds::max()}) == errc::invalid_argument);
}

TEST_CASE("a row of a key that cannot be read is an error and no guess") {
  const auto damaged = [](const std::string& assignment) {
    TestStore test;
    must(test.registry.issue_key(test.acme.id, {.name = "ci"}));
    test.drop_rules("tenancy_api_keys");
    must(test.registry.keys(test.acme.id));
    test.run_raw("UPDATE tenancy_api_keys SET " + assignment);
    return test.registry.keys(test.acme.id);
  };
  for (const char* const assignment :
       {"key_id = NULL", "name = NULL", "scope = NULL", "scope = 'everything'"}) {
    CAPTURE(assignment);
    CHECK(code_of(damaged(assignment)) == errc::invalid_row);
  }
  // Without its time a key has no place in a list, and without its tenant it is in none.
  const TestStore test;
  const auto issued = must(test.registry.issue_key(test.acme.id, {.name = "ci"}));
  test.drop_rules("tenancy_api_keys");
  test.run_raw("UPDATE tenancy_api_keys SET created_at = NULL");
  CHECK(code_of(test.registry.revoke_key(test.acme.id, issued.key.id)) == errc::invalid_row);
  CHECK(code_of(test.authority.authenticator().authenticate(text_of(issued))) == errc::invalid_row);
  test.run_raw("UPDATE tenancy_api_keys SET created_at = 0, tenant_id = NULL");
  CHECK(code_of(test.authority.authenticator().authenticate(text_of(issued))) == errc::invalid_row);
}

TEST_CASE("of very many keys that are used at once, those that came first are noted") {
  const TestStore test;
  const auto issued = must(test.registry.issue_key(test.acme.id, {.name = "ci"}));
  const auto is_noted_behind = [&](int others) {
    {
      tenancy::detail::KeyUse use{*tenancy::detail::StoreAccess::backend(test.store)};
      for (int i = 0; i < others; ++i) {
        use.note(tenancy::detail::to_credential(std::to_string(i)), test.clock->now());
      }
      use.note(tenancy::detail::to_credential(issued.key.id), test.clock->now());
    }
    return key_of(test, issued).last_used_at.has_value();
  };
  CHECK_FALSE(is_noted_behind(10'000));
  CHECK(is_noted_behind(9'999));
}

TEST_CASE("a child process that drops the store does not wait for its parent's thread") {
  const TestStore test;
  const auto issued = must(test.registry.issue_key(test.acme.id, {.name = "ci"}));
  std::optional<tenancy::Authority> authority{test.open_again()};
  // Which is noted by a thread of its own, that waits for more by the time of the fork.
  must(authority->authenticator().authenticate(text_of(issued)));
  for (int i = 0; i < 500; ++i) {
    must(test.registry.find(test.acme.id));
  }
  CHECK(tenancy_test::text_from_child([&]() -> std::string {
          authority.reset();
          return "dropped";
        }) == "dropped");
  CHECK_FALSE(key_of(test, issued).last_used_at.has_value());
  authority.reset();
  CHECK(key_of(test, issued).last_used_at == test.clock->now());
}
