#include "tenancy/registry/tenant_sort.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/registry/tenant_registry.hpp"

#include "support/test_store.hpp"

using tenancy::errc;
using tenancy::Order;
using tenancy::PageRequest;
using tenancy::Tenant;
using tenancy::TenantFilter;
using tenancy::TenantSort;
using tenancy::TenantSortKey;
using tenancy::TenantStatus;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::TestStore;

namespace {

using enum TenantSortKey;
using Tenants = std::vector<Tenant>;

std::vector<TenantSort> all_sorts() {
  std::vector<TenantSort> sorts;
  for (const TenantSortKey key : {created_at, updated_at, slug, name}) {
    sorts.push_back({key, false});
    sorts.push_back({key, true});
  }
  return sorts;
}

/// What the order of a list says, told without a database.
bool comes_before(const TenantSort& sort, const Tenant& a, const Tenant& b) {
  const auto key = [&sort](const Tenant& tenant) {
    const bool by_time = sort.by == created_at || sort.by == updated_at;
    return std::tuple{
        by_time ? (sort.by == created_at ? tenant.created_at : tenant.updated_at).microseconds()
                : 0,
        by_time ? std::string{} : (sort.by == slug ? tenant.slug.to_string() : tenant.name),
        tenant.id.value()};
  };
  return sort.descends ? key(b) < key(a) : key(a) < key(b);
}

/// Tenants whose four orders differ, some of them equal in what they are sorted by.
struct Listed {
  Listed() {
    // Capital letters, what is not ASCII, and what stands between the parts of a cursor.
    const char* const names[] = {"beta",   "Alpha", "alpha", "\xC3\x84rger", "1, 2", ",",
                                 "-alpha", "Alpha", "zeta",  "n1,2",         "beta"};
    int number = 0;
    for (const char* const text : names) {
      if (number % 3 != 1) {
        test.clock->advance(std::chrono::seconds{1});
      }
      must(test.registry.create({.slug = "t" + std::to_string(number * 7 % 11),
                                 .name = text,
                                 .plan = number % 2 == 0 ? "even" : "odd"}));
      ++number;
    }
    test.clock->advance(std::chrono::seconds{1});
    for (const char* const changed : {"t5", "t0", "t9"}) {
      const auto tenant = must(test.registry.find(must(tenancy::Slug::parse(changed))));
      must(test.registry.update(tenant.id, {.template_version = "2"}));
    }
  }

  [[nodiscard]] tenancy::Page<Tenant> page(const PageRequest& request, const TenantFilter& filter,
                                           std::optional<TenantSort> sort) const {
    return must(test.registry.list(request, filter, sort));
  }
  [[nodiscard]] Tenants all(const TenantFilter& filter, const TenantSort& sort) const {
    return page({.limit = 500}, filter, sort).items;
  }

  const TestStore test;
};

}  // namespace

TEST_CASE("tenants are sorted by what is asked for, those that are equal by their ids") {
  const Listed listed;
  const std::vector<TenantFilter> filters{
      {}, {.status = TenantStatus::active}, {.status = TenantStatus::active, .plan = "odd"}};
  for (const TenantFilter& filter : filters) {
    for (const TenantSort& sort : all_sorts()) {
      CAPTURE(to_string(sort));
      const Tenants tenants = listed.all(filter, sort);
      CHECK(tenants.size() == (filter.plan ? 5 : 13));
      CHECK(std::ranges::is_sorted(
          tenants, [&sort](const Tenant& a, const Tenant& b) { return comes_before(sort, a, b); }));
      Tenants other_way = listed.all(filter, {sort.by, !sort.descends});
      std::ranges::reverse(other_way);
      CHECK(tenants == other_way);
    }
  }
}

TEST_CASE("without an order, tenants are sorted by their creation as the page says") {
  const Listed listed;
  CHECK(listed.page({.limit = 500}, {}, {}).items == listed.all({}, {created_at, true}));
  CHECK(listed.page({.limit = 500, .order = Order::oldest_first}, {}, {}).items ==
        listed.all({}, {created_at, false}));
  // Beside an order, that of the page says nothing.
  CHECK(
      listed.page({.limit = 500, .order = Order::oldest_first}, {}, TenantSort{name, true}).items ==
      listed.all({}, {name, true}));
}

TEST_CASE("cursors lead through every order and back, in pages of any size") {
  const Listed listed;
  const TenantFilter filter{.status = TenantStatus::active};
  for (const TenantSort& sort : all_sorts()) {
    const Tenants tenants = listed.all(filter, sort);
    const auto total = static_cast<std::int64_t>(tenants.size());
    for (std::int64_t limit = 1; limit <= 5; ++limit) {
      CAPTURE(to_string(sort));
      CAPTURE(limit);
      std::vector<Tenants> pages;
      PageRequest request{.limit = limit};
      std::optional<std::string> back;
      while (true) {
        const auto page = listed.page(request, filter, sort);
        CHECK(page.has_previous == !pages.empty());
        CHECK(page.previous_cursor.has_value() == page.has_previous);
        CHECK(page.next_cursor.has_value() == page.has_next);
        pages.push_back(page.items);
        back = page.previous_cursor;
        if (!page.has_next) {
          break;
        }
        request.cursor = page.next_cursor;
      }
      Tenants walked;
      for (const Tenants& page : pages) {
        walked.insert(walked.end(), page.begin(), page.end());
      }
      CHECK(walked == tenants);
      CHECK(std::ssize(pages) == (total + limit - 1) / limit);

      for (auto expected = pages.rbegin() + 1; expected != pages.rend(); ++expected) {
        REQUIRE(back.has_value());
        const auto page = listed.page({.limit = limit, .cursor = back}, filter, sort);
        CHECK(page.items == *expected);
        CHECK(page.has_next);
        CHECK(page.has_previous == (expected + 1 != pages.rend()));
        // Forth again, from where the way back has led.
        const auto forth = listed.page({.limit = limit, .cursor = page.next_cursor}, filter, sort);
        CHECK(forth.items == *(expected - 1));
        back = page.previous_cursor;
      }
      CHECK_FALSE(back.has_value());
    }
  }
}

TEST_CASE("a numbered page gives out cursors of its order, too") {
  const Listed listed;
  const TenantSort by_name{name, false};
  const Tenants tenants = listed.all({}, by_name);
  const auto page = listed.page({.limit = 3, .number = 2}, {}, by_name);
  CHECK(page.items == Tenants(tenants.begin() + 3, tenants.begin() + 6));
  CHECK(page.numbers->total == 13);
  const auto before = listed.page({.limit = 3, .cursor = page.previous_cursor}, {}, by_name);
  CHECK(before.items == Tenants(tenants.begin(), tenants.begin() + 3));
  CHECK_FALSE(before.has_previous);
  const auto behind = listed.page({.limit = 3, .cursor = page.next_cursor}, {}, by_name);
  CHECK(behind.items == Tenants(tenants.begin() + 6, tenants.begin() + 9));

  const auto beyond = listed.page({.limit = 3, .number = 9}, {}, by_name);
  CHECK(beyond.items.empty());
  CHECK(beyond.has_previous);
  CHECK_FALSE(beyond.previous_cursor.has_value());
}

TEST_CASE("the way back shows tenants that have come since") {
  const Listed listed;
  const TenantSort by_name{name, false};
  const auto second = listed.page({.limit = 2, .number = 2}, {}, by_name);
  must(listed.test.registry.create({"newcomer", "+"}));
  const auto first = listed.page({.limit = 2, .cursor = second.previous_cursor}, {}, by_name);
  CHECK(first.has_previous);
  const auto zeroth = listed.page({.limit = 2, .cursor = first.previous_cursor}, {}, by_name);
  REQUIRE(zeroth.items.size() == 1);
  CHECK(zeroth.items.front().slug.to_string() == "newcomer");
}

TEST_CASE("a cursor is good for its order alone, either way") {
  const Listed listed;
  for (const TenantSort& sort : all_sorts()) {
    const auto page = listed.page({.limit = 2, .number = 2}, {}, sort);
    for (const auto& cursor : {page.next_cursor, page.previous_cursor}) {
      REQUIRE(cursor.has_value());
      for (const TenantSort& other : all_sorts()) {
        CAPTURE(to_string(sort));
        CAPTURE(to_string(other));
        const auto answer = listed.test.registry.list({.limit = 2, .cursor = cursor}, {}, other);
        CHECK(answer.has_value() == (sort == other));
        CHECK((answer.has_value() || answer.error() == errc::invalid_cursor));
      }
      CHECK(code_of(listed.test.registry.list({.limit = 2, .cursor = cursor}, {.plan = "odd"},
                                              sort)) == errc::invalid_cursor);
    }
  }
  // An order is the same one however it is asked for.
  const auto unsaid = listed.page({.limit = 2}, {}, {});
  CHECK(listed.page({.limit = 2, .cursor = unsaid.next_cursor}, {}, TenantSort{created_at, true})
            .items.size() == 2);
}

TEST_CASE("orders are written as a name, with a minus sign for the greatest first") {
  for (const TenantSort& sort : all_sorts()) {
    CHECK(must(tenancy::parse_tenant_sort(to_string(sort))) == sort);
  }
  CHECK(to_string(TenantSort{created_at, true}) == "-created_at");
  CHECK(to_string(TenantSort{slug, false}) == "slug");
  for (const char* const text : {"", "-", "--name", "Name", "name ", "+name", "name,slug", "status",
                                 "tenant_id", "-created"}) {
    CAPTURE(text);
    CHECK(code_of(tenancy::parse_tenant_sort(text)) == errc::invalid_argument);
  }
}

TEST_CASE("a number that is no sort key is refused") {
  const TestStore test;
  CHECK(code_of(test.registry.list({}, {}, TenantSort{static_cast<TenantSortKey>(4), false})) ==
        errc::invalid_argument);
}
