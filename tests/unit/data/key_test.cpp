// Keys of each kind, of one column and of several.

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/data/mappings.hpp"
#include "tenancy/data/repository.hpp"

#include "support/work.hpp"

using tenancy::errc;
using tenancy::Order;
using tenancy::Presence;
using tenancy::Repository;
using tenancy::Timestamp;
using tenancy::detail::EntityTraits;
using tenancy::detail::IntegerKey;
using tenancy_test::Bytes;
using tenancy_test::code_of;
using tenancy_test::Item;
using tenancy_test::must;
using tenancy_test::Priority;
using tenancy_test::TestStore;
using tenancy_test::Work;

namespace {

/// A row whose key is of that type.
template <class Value>
struct Keyed {
  Value key = {};
  std::int64_t value = 0;

  friend bool operator==(const Keyed&, const Keyed&) = default;

  static constexpr auto tenancy_mapping() {
    namespace m = tenancy::mapping;
    return m::entity("keyed", m::key("key", &Keyed::key), m::column("value", &Keyed::value));
  }
};

TestStore store_with_key(const std::string& type) {
  return TestStore{{},
                   {{1, "keyed",
                     "CREATE TABLE keyed (tenant_id INTEGER NOT NULL, key " + type +
                         " NOT NULL, value INTEGER NOT NULL, PRIMARY KEY (tenant_id, key)) "
                         "STRICT, WITHOUT ROWID"}}};
}

/// All that a repository does by a key, with keys that are given in their order.
template <class Value>
void check_keys(const std::string& type, const std::vector<Value>& keys) {
  const TestStore test = store_with_key(type);
  const Repository<Keyed<Value>> rows{test.store, test.enter(test.acme)};
  const Repository<Keyed<Value>> others{test.store, test.enter(test.globex)};
  for (const Value& key : keys) {
    must(rows.insert({key, 1}));
    CHECK(code_of(rows.insert({key, 1})) == errc::already_exists);
    CHECK(must(rows.exists(key)) == Presence::present);
    CHECK(must(others.exists(key)) == Presence::absent);
    must(rows.update({key, 2}));
    CHECK(must(rows.require(key)).value == 2);
    must(rows.update(key, tenancy::Changes<Keyed<Value>>{}.template set<&Keyed<Value>::value>(3)));
    CHECK(must(rows.require(key)).value == 3);
    must(rows.upsert({key, 4}));
    CHECK(must(rows.require(key)) == Keyed<Value>{key, 4});
  }
  tenancy::PageRequest request{.limit = 1, .order = Order::oldest_first};
  for (const Value& key : keys) {
    const auto page = must(rows.list(request));
    REQUIRE(page.items.size() == 1);
    CHECK(page.items[0].key == key);
    request.cursor = page.next_cursor;
  }
  CHECK_FALSE(request.cursor.has_value());
  CHECK(must(rows.count(tenancy::field<&Keyed<Value>::key>.in(keys))) ==
        static_cast<std::int64_t>(keys.size()));
  for (const Value& key : keys) {
    must(rows.erase(key));
    CHECK(code_of(rows.erase(key)) == errc::not_found);
    CHECK(code_of(rows.update({key, 5})) == errc::not_found);
  }
  CHECK(must(rows.count()) == 0);
}

}  // namespace

static_assert(std::is_same_v<EntityTraits<Item>::Key, std::tuple<std::string, std::int64_t>>);
static_assert(
    std::is_same_v<EntityTraits<Item>::KeyArgument, std::tuple<std::string_view, IntegerKey>>);
static_assert(std::is_same_v<EntityTraits<Keyed<Bytes>>::KeyArgument, std::span<const std::byte>>);
static_assert(std::is_same_v<EntityTraits<Keyed<std::uint8_t>>::KeyArgument, IntegerKey>);
static_assert(std::is_same_v<EntityTraits<Keyed<Priority>>::KeyArgument, Priority>);
static_assert(EntityTraits<Item>::keys == std::array<std::size_t, 2>{0, 1});
static_assert(EntityTraits<Item>::has_version);
static_assert(EntityTraits<Item>::layout.version == "version");
static_assert(!EntityTraits<tenancy_test::Person>::has_version);
static_assert(EntityTraits<tenancy_test::Person>::layout.version.empty());

TEST_CASE("keys of each kind find, change and remove their row, and pages go by them") {
  constexpr auto least = std::numeric_limits<std::int64_t>::min();
  constexpr auto greatest = std::numeric_limits<std::int64_t>::max();
  check_keys<std::int64_t>("INTEGER", {least, -1, 0, 1, greatest});
  check_keys<std::uint32_t>("INTEGER", {0, 1, std::numeric_limits<std::uint32_t>::max()});
  check_keys<std::int8_t>("INTEGER", {-128, 0, 127});
  check_keys<bool>("INTEGER", {false, true});
  check_keys<std::string>("TEXT", {"", std::string{"\0", 1}, "'; --", "A", "a",
                                   std::string{"a\0b", 3}, "\xC3\xA9", "\xFF"});
  check_keys<Bytes>("BLOB", {Bytes{}, Bytes{std::byte{0}}, Bytes{std::byte{0}, std::byte{0}},
                             Bytes(1000, std::byte{0xFF})});
  check_keys<Timestamp>("INTEGER",
                        {Timestamp::from_microseconds(least), Timestamp::from_microseconds(0),
                         Timestamp::from_microseconds(greatest)});
  // In the order of their names.
  check_keys<Priority>("TEXT", {Priority::high, Priority::low, Priority::normal});
}

TEST_CASE("a key that is too large for its member is not found rather than cut") {
  const TestStore test = store_with_key("INTEGER");
  const Repository<Keyed<std::uint8_t>> rows{test.store, test.enter(test.acme)};
  must(rows.insert({0, 1}));
  must(rows.insert({255, 1}));
  for (const std::int64_t key : {std::int64_t{256}, std::int64_t{-1}, std::int64_t{1} << 32}) {
    CHECK_FALSE(must(rows.find(key)).has_value());
    CHECK(code_of(rows.erase(key)) == errc::not_found);
  }
  CHECK(must(rows.count()) == 2);
}

TEST_CASE("a key that 64 bits with a sign cannot hold is refused and is not another row's") {
  const TestStore test = store_with_key("INTEGER");
  const Repository<Keyed<std::int64_t>> rows{test.store, test.enter(test.acme)};
  must(rows.insert({-1, 1}));
  constexpr auto too_large = std::numeric_limits<std::uint64_t>::max();
  CHECK(code_of(rows.find(too_large)) == errc::invalid_value);
  CHECK(code_of(rows.exists(too_large)) == errc::invalid_value);
  CHECK(code_of(rows.erase(too_large)) == errc::invalid_value);
  CHECK(code_of(rows.update(too_large, tenancy::Changes<Keyed<std::int64_t>>{})) ==
        errc::invalid_value);
  tenancy::Changes<Keyed<std::int64_t>> changes;
  changes.set<&Keyed<std::int64_t>::value>(2);
  CHECK(code_of(rows.update(too_large, changes)) == errc::invalid_value);
  CHECK(must(rows.require(-1)).value == 1);
  CHECK(must(rows.find(std::size_t{7})) == std::nullopt);
}

TEST_CASE("a part of a key that 64 bits with a sign cannot hold is refused, with a version, too") {
  const tenancy_test::Work work;
  must(work.items.insert({.project = "p", .number = -1}));
  const tenancy::RowVersion first{1};
  const EntityTraits<Item>::KeyArgument too_large{"p", std::numeric_limits<std::uint64_t>::max()};
  CHECK(code_of(work.items.find_versioned(too_large)) == errc::invalid_value);
  CHECK(code_of(work.items.erase(too_large, first)) == errc::invalid_value);
  CHECK(code_of(work.items.update(too_large, tenancy::Changes<Item>{}, first)) ==
        errc::invalid_value);
  CHECK(must(work.items.require_versioned({"p", -1})).version == first);
}

TEST_CASE("a key without a stored form is refused and names its column") {
  const TestStore test = store_with_key("TEXT");
  const Repository<Keyed<Priority>> rows{test.store, test.enter(test.acme)};
  const auto refused = [](const auto& result) {
    CHECK(code_of(result) == errc::invalid_value);
    CHECK(result.error().subject() == "key");
  };
  refused(rows.find(Priority::unnamed));
  refused(rows.exists(Priority::unnamed));
  refused(rows.erase(Priority::unnamed));
  refused(rows.insert({Priority::unnamed, 1}));
  refused(rows.insert_many({{Priority::low, 1}, {Priority::unnamed, 1}}));
  refused(rows.upsert({Priority::unnamed, 1}));
  refused(rows.update({Priority::unnamed, 1}));
  refused(rows.update(Priority::unnamed, {}));
  refused(rows.update(Priority::unnamed,
                      tenancy::Changes<Keyed<Priority>>{}.set<&Keyed<Priority>::value>(1)));
  CHECK(must(rows.count()) == 0);
}

TEST_CASE("all parts of a key of several columns choose the row") {
  const Work work;
  for (const char* project : {"a", "b"}) {
    for (std::int64_t number = 1; number <= 3; ++number) {
      must(work.items.insert({.project = project, .number = number, .title = project}));
    }
  }
  CHECK(code_of(work.items.insert({.project = "a", .number = 1})) == errc::already_exists);
  CHECK(must(work.items.require({"b", 2})).project == "b");
  CHECK(must(work.items.exists({"b", 4})) == Presence::absent);
  CHECK(must(work.items.exists({"c", 1})) == Presence::absent);
  must(work.items.erase({"a", 2}));
  CHECK(must(work.items.exists({"b", 2})) == Presence::present);
  CHECK(must(work.items.count()) == 5);
  must(work.items.update({.project = "b", .number = 2, .title = "changed"}));
  CHECK(must(work.items.count(tenancy::field<&Item::title> == "changed")) == 1);
  CHECK_FALSE(must(work.items_of_globex.find({"b", 2})).has_value());

  std::vector<std::pair<std::string, std::int64_t>> keys;
  for (const Item& item : must(work.items.list()).items) {
    keys.emplace_back(item.project, item.number);
  }
  CHECK(keys == std::vector<std::pair<std::string, std::int64_t>>{
                    {"b", 3}, {"b", 2}, {"b", 1}, {"a", 3}, {"a", 1}});
}

TEST_CASE("mappings tell keys, versions and references, to be held against the tables") {
  const auto tables = tenancy::mappings<tenancy_test::Person, Item, tenancy_test::Remark>();
  REQUIRE(tables.size() == 3);
  const auto& items = tables[1];
  CHECK(items.key == std::vector<std::string>{"project", "number"});
  REQUIRE(items.columns.size() == 15);
  CHECK(items.columns.back().name == "version");
  CHECK_FALSE(items.columns.back().nullable);
  CHECK(items.columns[3].nullable);
  REQUIRE(items.references.size() == 2);
  CHECK(items.references[1].columns == std::vector<std::string>{"reviewer"});
  CHECK(items.references[1].table == "people");
  CHECK(items.references[1].to == std::vector<std::string>{"id"});
  const auto& remark = tables[2].references.at(0);
  CHECK(remark.columns == std::vector<std::string>{"project", "item"});
  CHECK(remark.to == std::vector<std::string>{"project", "number"});

  const auto opened = tenancy::open(
      "sqlite::memory:", {.migrations = tenancy_test::work_schema(), .mappings = tables});
  CHECK(opened.has_value());
}
