#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/core/detail/cursor.hpp"
#include "tenancy/registry/tenant_registry.hpp"

#include "support/test_store.hpp"

using tenancy::ApiKey;
using tenancy::ApiKeyStatus;
using tenancy::errc;
using tenancy::Order;
using tenancy::Page;
using tenancy::PageRequest;
using tenancy::TenantId;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::TestStore;

using namespace std::chrono_literals;

namespace {

using Names = std::vector<std::string>;
using Status = std::optional<ApiKeyStatus>;

Names names_of(const Page<ApiKey>& page) {
  Names names;
  for (const ApiKey& key : page.items) {
    names.push_back(key.name);
  }
  return names;
}

struct Keys {
  ApiKey add(const std::string& name, TenantId tenant) const {
    test.clock->advance(1s);
    return must(test.registry.issue_key(tenant, {.name = name})).key;
  }
  ApiKey add(const std::string& name) const { return add(name, test.acme.id); }

  [[nodiscard]] Page<ApiKey> page(const PageRequest& request, Status status = {}) const {
    return must(test.registry.keys(test.acme.id, request, status));
  }

  /// All, walked in pages of that size.
  [[nodiscard]] Names walk(std::int64_t limit, Order order, Status status = {}) const {
    PageRequest request{.limit = limit, .order = order};
    Names all;
    while (true) {
      const auto one = page(request, status);
      const Names names = names_of(one);
      all.insert(all.end(), names.begin(), names.end());
      CHECK(one.has_next == one.next_cursor.has_value());
      if (!one.has_next) {
        return all;
      }
      CHECK(std::cmp_equal(names.size(), limit));
      request.cursor = one.next_cursor;
    }
  }

  const TestStore test;
};

}  // namespace

TEST_CASE("keys come in numbered pages with totals, newest first") {
  const Keys keys;
  keys.add("another's oldest", keys.test.globex.id);
  for (const char* name : {"1", "2", "3", "4", "5"}) {
    keys.add(name);
  }
  keys.add("another's newest", keys.test.globex.id);
  const auto second = keys.page({.limit = 2, .number = 2});
  CHECK(names_of(second) == Names{"3", "2"});
  CHECK(second.has_next);
  CHECK(second.has_previous);
  CHECK(second.numbers->number == 2);
  CHECK(second.numbers->per_page == 2);
  CHECK(second.numbers->total == 5);
  CHECK(second.numbers->total_pages == 3);
  const auto last = keys.page({.limit = 2, .number = 3});
  CHECK(names_of(last) == Names{"1"});
  CHECK_FALSE(last.has_next);
  CHECK(names_of(keys.page({.limit = 3, .order = Order::oldest_first})) == Names{"1", "2", "3"});
  CHECK_FALSE(keys.page({}).numbers.has_value());
  for (const PageRequest& request :
       {PageRequest{.limit = 0}, PageRequest{.limit = 501}, PageRequest{.number = 0}}) {
    CHECK(code_of(keys.test.registry.keys(keys.test.acme.id, request)) == errc::invalid_argument);
  }
}

TEST_CASE("keys of one moment are walked through once each, both ways") {
  const Keys keys;
  for (int i = 0; i < 7; ++i) {
    must(keys.test.registry.issue_key(keys.test.acme.id, {.name = std::to_string(i)}));
  }
  const Names newest_first = names_of(keys.page({}));
  REQUIRE(newest_first.size() == 7);
  for (std::int64_t limit = 1; limit <= 8; ++limit) {
    CHECK(keys.walk(limit, Order::newest_first) == newest_first);
    CHECK(keys.walk(limit, Order::oldest_first) ==
          Names(newest_first.rbegin(), newest_first.rend()));
  }
  auto page = keys.page({.limit = 3, .number = 3});
  CHECK(names_of(page) == Names(newest_first.begin() + 6, newest_first.end()));
  page = keys.page({.limit = 3, .cursor = page.previous_cursor});
  CHECK(names_of(page) == Names(newest_first.begin() + 3, newest_first.begin() + 6));
  CHECK(page.has_next);
  page = keys.page({.limit = 3, .cursor = page.previous_cursor});
  CHECK(names_of(page) == Names(newest_first.begin(), newest_first.begin() + 3));
  CHECK_FALSE(page.has_previous);
  CHECK_FALSE(page.previous_cursor.has_value());
}

TEST_CASE("a list of keys neither repeats nor skips one when keys come, change and go") {
  const Keys keys;
  std::vector<ApiKey> made;
  for (const char* name : {"1", "2", "3", "4"}) {
    made.push_back(keys.add(name));
  }
  const auto first = keys.page({.limit = 2});
  CHECK(names_of(first) == Names{"4", "3"});
  keys.add("5");
  must(keys.test.registry.revoke_key(keys.test.acme.id, made[1].id));
  must(keys.test.registry.revoke_key(keys.test.acme.id, made[2].id));
  // The key that the cursor was made of is forgotten.
  keys.test.run_raw("DELETE FROM tenancy_api_keys WHERE key_id = '" + made[2].id + "'");
  CHECK(names_of(keys.page({.limit = 2, .cursor = first.next_cursor})) == Names{"2", "1"});
  const auto oldest = keys.page({.limit = 3, .order = Order::oldest_first});
  CHECK(names_of(oldest) == Names{"1", "2", "4"});
}

TEST_CASE("keys are listed by what they are worth now") {
  const Keys keys;
  const auto revoked = keys.add("revoked");
  const auto both = keys.add("expired and revoked");
  const auto expired = keys.add("expired");
  const auto later = keys.add("later");
  keys.add("active");
  const TenantId acme = keys.test.acme.id;
  const auto now = keys.test.clock->now();
  must(keys.test.registry.expire_key(acme, both.id, now));
  must(keys.test.registry.revoke_key(acme, both.id));
  must(keys.test.registry.revoke_key(acme, revoked.id));
  must(keys.test.registry.expire_key(acme, expired.id, now));
  must(keys.test.registry.expire_key(acme, later.id, now + 1h));
  const auto by = [&](ApiKeyStatus status) {
    const auto page = keys.page({.limit = 500, .number = 1}, status);
    const Names names = names_of(page);
    CHECK(std::cmp_equal(page.numbers->total, names.size()));
    CHECK(keys.walk(1, Order::newest_first, status) == names);
    for (const ApiKey& key : page.items) {
      CHECK(key.status(keys.test.clock->now()) == status);
    }
    return names;
  };
  CHECK(by(ApiKeyStatus::active) == Names{"active", "later"});
  CHECK(by(ApiKeyStatus::expired) == Names{"expired"});
  CHECK(by(ApiKeyStatus::revoked) == Names{"expired and revoked", "revoked"});
  keys.test.clock->set(now + 1h);
  CHECK(by(ApiKeyStatus::active) == Names{"active"});
  CHECK(by(ApiKeyStatus::expired) == Names{"later", "expired"});
  CHECK(code_of(keys.test.registry.keys(acme, {}, static_cast<ApiKeyStatus>(3))) ==
        errc::invalid_argument);
}

TEST_CASE("a cursor of a list of keys is good for its tenant, status and order alone") {
  const Keys keys;
  for (const char* name : {"1", "2", "3"}) {
    keys.add(name);
    keys.add(name, keys.test.globex.id);
  }
  const auto& registry = keys.test.registry;
  const TenantId acme = keys.test.acme.id;
  const TenantId globex = keys.test.globex.id;
  const auto middle = keys.page({.limit = 1, .number = 2});
  for (const std::string& cursor : {*middle.next_cursor, *middle.previous_cursor}) {
    const PageRequest request{.limit = 1, .cursor = cursor};
    must(registry.keys(acme, request));
    CHECK(code_of(registry.keys(globex, request)) == errc::invalid_cursor);
    CHECK(code_of(registry.keys(TenantId::generate(), request)) == errc::invalid_cursor);
    CHECK(code_of(registry.keys(acme, request, ApiKeyStatus::active)) == errc::invalid_cursor);
    CHECK(code_of(
              registry.keys(acme, {.limit = 1, .cursor = cursor, .order = Order::oldest_first})) ==
          errc::invalid_cursor);
    CHECK(code_of(registry.list(request)) == errc::invalid_cursor);
    // Foreign cursors and those that were made up are refused in the same words.
    std::string changed = cursor;
    changed[changed.size() / 2] = changed[changed.size() / 2] == 'A' ? 'B' : 'A';
    const auto made_up = registry.keys(acme, {.limit = 1, .cursor = changed});
    REQUIRE_FALSE(made_up.has_value());
    const auto foreign = registry.keys(globex, request);
    REQUIRE_FALSE(foreign.has_value());
    CHECK(foreign.error().to_string() == made_up.error().to_string());
  }
  const PageRequest of_active{.limit = 1,
                              .cursor = keys.page({.limit = 1}, ApiKeyStatus::active).next_cursor};
  must(registry.keys(acme, of_active, ApiKeyStatus::active));
  CHECK(code_of(registry.keys(acme, of_active)) == errc::invalid_cursor);
  CHECK(code_of(registry.keys(acme, of_active, ApiKeyStatus::revoked)) == errc::invalid_cursor);
  const PageRequest of_tenants{.limit = 1, .cursor = must(registry.list({.limit = 1})).next_cursor};
  REQUIRE(of_tenants.cursor.has_value());
  CHECK(code_of(registry.keys(acme, of_tenants)) == errc::invalid_cursor);
}

TEST_CASE("statuses of keys have names") {
  for (const ApiKeyStatus status :
       {ApiKeyStatus::active, ApiKeyStatus::expired, ApiKeyStatus::revoked}) {
    CHECK(must(tenancy::parse_api_key_status(to_string(status))) == status);
  }
  for (const char* text : {"", "Active", "active ", "gone"}) {
    CHECK(code_of(tenancy::parse_api_key_status(text)) == errc::invalid_argument);
  }
}

TEST_CASE("a cursor of a list of keys that holds no place is refused, though the ring sealed it") {
  const Keys keys;
  const auto ring = must(tenancy::KeyRing::open(keys.test.file().string() + ".keys"));
  const auto read = [&](const std::string& place) {
    PageRequest request;
    request.cursor = tenancy::detail::seal_cursor(
        ring, {keys.test.acme.id, "tenancy_api_keys", request.order}, place);
    return keys.test.registry.keys(keys.test.acme.id, request);
  };
  must(read("n5,k"));
  must(read("p-5,"));
  for (const char* const place :
       {"", "n", "n5", ",", "5,k", "x5,k", "n,k", "n5x,k", "n 5,k", "n99999999999999999999,k"}) {
    CAPTURE(place);
    CHECK(code_of(read(place)) == errc::invalid_cursor);
  }
}

TEST_CASE("a page before another may be empty by now, and then leads nowhere") {
  const Keys keys;
  for (const char* name : {"1", "2"}) {
    keys.add(name);
  }
  const auto last = keys.page({.limit = 1, .number = 2});
  REQUIRE(last.previous_cursor.has_value());
  keys.test.run_raw("DELETE FROM tenancy_api_keys");
  const auto empty = keys.page({.limit = 1, .cursor = last.previous_cursor});
  CHECK(empty.items.empty());
  CHECK_FALSE(empty.has_previous);
  CHECK_FALSE(empty.next_cursor.has_value());
  CHECK_FALSE(empty.previous_cursor.has_value());
}
