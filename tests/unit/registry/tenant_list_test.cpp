#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/core/detail/cursor.hpp"
#include "tenancy/data/repository.hpp"
#include "tenancy/registry/tenant_registry.hpp"

#include "support/entities.hpp"
#include "support/test_store.hpp"

using tenancy::errc;
using tenancy::Order;
using tenancy::PageRequest;
using tenancy::TenantFilter;
using tenancy::TenantStatus;
using tenancy::Timestamp;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::TestStore;

namespace {

using Slugs = std::vector<std::string>;

/// A store with no tenants but those that a test makes, a second apart.
struct Listed {
  Listed() {
    // Out of the way of every filter that is tested.
    must(test.registry.archive(test.acme.id));
    must(test.registry.archive(test.globex.id));
    test.clock->advance(std::chrono::hours{1});
  }

  tenancy::Tenant add(const tenancy::NewTenant& tenant) const {
    test.clock->advance(std::chrono::seconds{1});
    return must(test.registry.create(tenant));
  }
  tenancy::Tenant add(const std::string& slug, const std::string& name) const {
    return add({.slug = slug, .name = name});
  }

  /// What a filter shows, oldest first; pages and cursors must agree.
  [[nodiscard]] Slugs slugs(const TenantFilter& filter) const {
    PageRequest request{.limit = 500, .number = 1, .order = Order::oldest_first};
    const auto page = must(test.registry.list(request, filter));
    Slugs slugs;
    for (const auto& tenant : page.items) {
      slugs.push_back(tenant.slug.to_string());
    }
    CHECK(page.numbers->total == static_cast<std::int64_t>(slugs.size()));
    PageRequest next{.limit = 1, .order = Order::newest_first};
    Slugs walked;
    while (true) {
      const auto one = must(test.registry.list(next, filter));
      for (const auto& tenant : one.items) {
        walked.insert(walked.begin(), tenant.slug.to_string());
      }
      if (!one.next_cursor) {
        break;
      }
      next.cursor = one.next_cursor;
    }
    CHECK(walked == slugs);
    return slugs;
  }
  [[nodiscard]] Slugs search(const std::string& text) const {
    return slugs({.status = TenantStatus::active, .search = text});
  }

  const TestStore test;
};

}  // namespace

TEST_CASE("a search finds parts of slugs and names, in either case of ASCII") {
  const Listed listed;
  listed.add("initech", "Initech Ltd.");
  listed.add("umbrella", "Umbrella \xC3\x84G");
  listed.add("tech-two", "Other");
  CHECK(listed.search("tech") == Slugs{"initech", "tech-two"});
  CHECK(listed.search("TECH") == Slugs{"initech", "tech-two"});
  CHECK(listed.search("ltd.") == Slugs{"initech"});
  CHECK(listed.search("umbrella \xC3\x84g") == Slugs{"umbrella"});
  CHECK(listed.search("\xC3\xA4") == Slugs{});
  CHECK(listed.search("initech ltd. ") == Slugs{});
  CHECK(listed.search("acme") == Slugs{});
}

TEST_CASE("nothing in a search stands for anything but itself") {
  const Listed listed;
  listed.add("percent", "50% off");
  listed.add("under", "a_b");
  listed.add("plain", "axb 50 off");
  listed.add("slash", "back\\slash");
  listed.add("quote", "it's \"so\"");
  listed.add("star", "a*b?[c]");
  CHECK(listed.search("%") == Slugs{"percent"});
  CHECK(listed.search("50%") == Slugs{"percent"});
  CHECK(listed.search("%%") == Slugs{});
  CHECK(listed.search("_") == Slugs{"under"});
  CHECK(listed.search("a_b") == Slugs{"under"});
  CHECK(listed.search("\\") == Slugs{"slash"});
  CHECK(listed.search("\\%") == Slugs{});
  CHECK(listed.search("\\_") == Slugs{});
  CHECK(listed.search("'") == Slugs{"quote"});
  CHECK(listed.search("\"") == Slugs{"quote"});
  CHECK(listed.search("*") == Slugs{"star"});
  CHECK(listed.search("[c]") == Slugs{"star"});
  CHECK(listed.search("' OR 1=1 --") == Slugs{});
}

TEST_CASE("a search is 1 to 200 bytes of one line") {
  const Listed listed;
  for (const std::string& text : {std::string{}, std::string(201, 'x'), std::string{"a\nb"},
                                  std::string{"a\0b", 3}, std::string{"\xFF"}}) {
    CAPTURE(text);
    CHECK(code_of(listed.test.registry.list({}, {.search = text})) == errc::invalid_argument);
  }
  CHECK(listed.search(std::string(200, '%')) == Slugs{});
}

TEST_CASE("filters are for status, plan and version of the templates, alone and together") {
  const Listed listed;
  listed.add({.slug = "a", .name = "A", .plan = "free"});
  listed.add({.slug = "b", .name = "B", .plan = "pro", .template_version = "1"});
  const auto c = listed.add({.slug = "c", .name = "C", .plan = "pro", .template_version = "2"});
  listed.add({.slug = "d", .name = "D", .status = TenantStatus::provisioning, .plan = "pro"});
  must(listed.test.registry.suspend(c.id));

  CHECK(listed.slugs({.plan = "pro"}) == Slugs{"b", "c", "d"});
  CHECK(listed.slugs({.status = TenantStatus::active}) == Slugs{"a", "b"});
  CHECK(listed.slugs({.status = TenantStatus::provisioning}) == Slugs{"d"});
  CHECK(listed.slugs({.status = TenantStatus::suspended, .plan = "pro"}) == Slugs{"c"});
  CHECK(listed.slugs({.status = TenantStatus::inactive}) == Slugs{});
  // Those two are of one instant, so their order is any.
  CHECK(listed.slugs({.status = TenantStatus::archived}).size() == 2);
  CHECK(listed.slugs({.template_version = "2"}) == Slugs{"c"});
  CHECK(listed.slugs({.plan = "pro", .template_version = ""}) == Slugs{"d"});
  CHECK(listed.slugs({.plan = "PRO"}) == Slugs{});
  CHECK(listed.slugs({.plan = "p%"}) == Slugs{});
  // Nothing given is not the same as an empty text.
  CHECK(listed.slugs({}).size() == 6);
  CHECK(listed.slugs({.plan = ""}).size() == 2);
}

TEST_CASE("the time of creation is a half-open range") {
  const Listed listed;
  const auto a = listed.add("a", "A");
  const auto b = listed.add("b", "B");
  const auto c = listed.add("c", "C");
  CHECK(listed.slugs({.created_from = b.created_at}) == Slugs{"b", "c"});
  CHECK(listed.slugs({.created_from = a.created_at, .created_before = c.created_at}) ==
        Slugs{"a", "b"});
  CHECK(listed.slugs({.created_from = b.created_at, .created_before = b.created_at}) == Slugs{});
  CHECK(listed.slugs({.created_from = c.created_at, .created_before = a.created_at}) == Slugs{});
  const auto earliest = Timestamp::from_microseconds(std::numeric_limits<std::int64_t>::min());
  const auto latest = Timestamp::from_microseconds(std::numeric_limits<std::int64_t>::max());
  CHECK(listed.slugs({.created_from = earliest, .created_before = latest}).size() == 5);
  CHECK(listed.slugs({.created_from = latest}) == Slugs{});
  CHECK(listed.slugs({.created_before = earliest}) == Slugs{});
}

TEST_CASE("a filter that breaks a rule of tenants is refused") {
  const Listed listed;
  const auto refused = [&](const TenantFilter& filter) {
    return code_of(listed.test.registry.list({}, filter));
  };
  CHECK(refused({.plan = std::string(101, 'x')}) == errc::invalid_argument);
  CHECK(refused({.plan = "a\nb"}) == errc::invalid_argument);
  CHECK(refused({.template_version = std::string(101, 'x')}) == errc::invalid_argument);
  CHECK(refused({.status = static_cast<TenantStatus>(17)}) == errc::invalid_argument);
}

TEST_CASE("tenants of one instant have an order, and pages cut it anywhere") {
  const Listed listed;
  for (int i = 0; i < 9; ++i) {
    must(listed.test.registry.create({"t" + std::to_string(i), "T"}));
  }
  CHECK(listed.slugs({.status = TenantStatus::active}).size() == 9);
  for (int limit = 1; limit <= 4; ++limit) {
    Slugs paged;
    for (std::int64_t number = 1; true; ++number) {
      const auto page = must(listed.test.registry.list(
          {.limit = limit, .number = number, .order = Order::oldest_first},
          {.status = TenantStatus::active}));
      for (const auto& tenant : page.items) {
        paged.push_back(tenant.slug.to_string());
      }
      if (!page.has_next) {
        break;
      }
    }
    CHECK(paged == listed.slugs({.status = TenantStatus::active}));
  }
}

TEST_CASE("a list that goes on by cursors neither repeats nor misses when tenants come") {
  const Listed listed;
  for (int i = 0; i < 6; ++i) {
    listed.add("t" + std::to_string(i), "T");
  }
  const TenantFilter active{.status = TenantStatus::active};
  const auto first = must(listed.test.registry.list({.limit = 3}, active));
  REQUIRE(first.items.size() == 3);
  listed.add("newer", "T");
  const auto rest =
      must(listed.test.registry.list({.limit = 10, .cursor = first.next_cursor}, active));
  REQUIRE(rest.items.size() == 3);
  CHECK(rest.items.front().slug.to_string() == "t2");
  CHECK_FALSE(rest.has_next);
  CHECK(rest.has_previous);
}

TEST_CASE("a cursor is good for its list alone") {
  const Listed listed;
  for (int i = 0; i < 4; ++i) {
    listed.add({.slug = "t" + std::to_string(i), .name = "T", .plan = "pro"});
  }
  const auto& registry = listed.test.registry;
  const TenantFilter filter{.status = TenantStatus::active, .plan = "pro", .search = "t"};
  const auto cursor = must(registry.list({.limit = 1}, filter)).next_cursor;
  REQUIRE(cursor.has_value());
  must(registry.list({.limit = 2, .cursor = cursor}, filter));

  const auto with = [&](const TenantFilter& other) {
    return registry.list({.limit = 1, .cursor = cursor}, other);
  };
  const auto at = listed.test.clock->now();
  for (const auto& other : std::vector<TenantFilter>{
           {},
           {.status = TenantStatus::active},
           {.status = TenantStatus::suspended, .plan = "pro", .search = "t"},
           {.status = TenantStatus::active, .plan = "free", .search = "t"},
           {.status = TenantStatus::active, .template_version = "pro", .search = "t"},
           {.status = TenantStatus::active, .plan = "pro", .template_version = "1", .search = "t"},
           {.status = TenantStatus::active, .plan = "pro", .search = "T"},
           {.status = TenantStatus::active, .plan = "pro"},
           {.status = TenantStatus::active, .plan = "pro", .search = "t", .created_from = at},
           {.status = TenantStatus::active, .plan = "pro", .search = "t", .created_before = at},
           {.status = TenantStatus::active, .plan = "pro1:t"}}) {
    CHECK(code_of(with(other)) == errc::invalid_cursor);
  }
  CHECK(code_of(registry.list({.limit = 1, .cursor = cursor, .order = Order::oldest_first},
                              filter)) == errc::invalid_cursor);
  CHECK(code_of(registry.list({.limit = 1, .number = 1, .cursor = cursor}, filter)) ==
        errc::invalid_argument);
  std::string changed = *cursor;
  changed.front() = changed.front() == 'A' ? 'B' : 'A';
  CHECK(code_of(registry.list({.cursor = changed}, filter)) == errc::invalid_cursor);
  CHECK(code_of(registry.list({.cursor = ""}, filter)) == errc::invalid_cursor);

  // Neither do tenants' cursors open the platform's list, nor the other way round.
  const auto tenant = listed.add("notes", "Notes");
  const tenancy::Repository<tenancy_test::Note> notes{listed.test.store, listed.test.enter(tenant)};
  must(notes.insert({.title = "1"}));
  must(notes.insert({.title = "2"}));
  const auto of_notes = must(notes.list({.limit = 1})).next_cursor;
  REQUIRE(of_notes.has_value());
  CHECK(code_of(registry.list({.cursor = of_notes})) == errc::invalid_cursor);
  const auto of_tenants = must(registry.list({.limit = 1})).next_cursor;
  CHECK(code_of(notes.list({.cursor = of_tenants})) == errc::invalid_cursor);

  const Listed other;
  CHECK(code_of(other.test.registry.list({.limit = 1, .cursor = cursor}, filter)) ==
        errc::invalid_cursor);
}

TEST_CASE("a page is 1 to 500 tenants") {
  const Listed listed;
  for (const std::int64_t limit : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{501},
                                   std::numeric_limits<std::int64_t>::max()}) {
    CHECK(code_of(listed.test.registry.list({.limit = limit})) == errc::invalid_argument);
  }
  CHECK(code_of(listed.test.registry.list({.number = 0})) == errc::invalid_argument);
  CHECK(code_of(listed.test.registry.list({.number = std::numeric_limits<std::int64_t>::max()})) ==
        errc::invalid_argument);
  must(listed.test.registry.list({.limit = 500}));
}

TEST_CASE(
    "a cursor of a list of tenants that holds no place is refused, though the ring sealed it") {
  const Listed listed;
  const auto ring = must(tenancy::KeyRing::open(listed.test.file().string() + ".keys"));
  const auto read = [&](tenancy::TenantSortKey by, const std::string& place) {
    const tenancy::TenantSort sort{by, true};
    const std::string name = to_string(sort);
    const PageRequest request{
        .cursor = tenancy::detail::seal_cursor(
            ring,
            {std::nullopt, "tenancy_tenantso" + std::to_string(name.size()) + ":" + name,
             Order::newest_first},
            place)};
    return listed.test.registry.list(request, {}, sort);
  };
  using tenancy::TenantSortKey;
  must(read(TenantSortKey::created_at, "n5,6"));
  must(read(TenantSortKey::created_at, "p5,-6"));
  must(read(TenantSortKey::name, "n5,x"));
  must(read(TenantSortKey::name, "n5,"));
  for (const char* const place : {"", "n", "n5", ",", "5,6", "x5,6", "n,6", "nx,6", "n5x,6", "n5,",
                                  "n5,x", "n5,6x", "n5,99999999999999999999"}) {
    CAPTURE(place);
    CHECK(code_of(read(TenantSortKey::created_at, place)) == errc::invalid_cursor);
  }
  for (const char* const place : {"", "n5", "x5,a", "n,a", "nx,a", "n99999999999999999999,a"}) {
    CAPTURE(place);
    CHECK(code_of(read(TenantSortKey::name, place)) == errc::invalid_cursor);
  }
}

TEST_CASE("a tenant of the first instant there is is listed, too") {
  const Listed listed;
  listed.test.clock->set(Timestamp::from_microseconds(std::numeric_limits<std::int64_t>::min()));
  must(listed.test.registry.create({.slug = "first", .name = "First"}));
  CHECK(listed.slugs({.status = TenantStatus::active}) == Slugs{"first"});
}
