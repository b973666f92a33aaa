#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"
#include "tenancy/migrate/tenant_table.hpp"

#include "support/test_store.hpp"

using tenancy::Dialect;
using tenancy::errc;
using tenancy::field;
using tenancy::Query;
using tenancy::Repository;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::TestStore;

namespace {

struct Shelf {
  std::string room = {};
  std::int64_t number = 0;
};

constexpr auto tenancy_mapping(std::type_identity<Shelf>) {
  namespace m = tenancy::mapping;
  return m::entity("shelves", m::key("room", &Shelf::room), m::key("number", &Shelf::number));
}

struct Book {
  std::string shelf_room = {};
  std::int64_t place = 0;
  std::optional<std::int64_t> shelf_number = {};
  std::optional<std::int64_t> year = {};

  friend bool operator==(const Book&, const Book&) = default;
};

constexpr auto tenancy_mapping(std::type_identity<Book>) {
  namespace m = tenancy::mapping;
  return m::entity("books", m::key("shelf_room", &Book::shelf_room), m::key("place", &Book::place),
                   m::column("shelf_number", &Book::shelf_number), m::column("year", &Book::year),
                   m::foreign_key<Shelf>(&Book::shelf_room, &Book::shelf_number));
}

std::vector<tenancy::Migration> schema() {
  using enum tenancy::ColumnType;
  auto steps = tenancy_test::test_schema();
  const auto add = [&](const tenancy::TenantTable& table) {
    steps.push_back({static_cast<std::int64_t>(100 + steps.size()), table.name,
                     must(create_tenant_table(table, Dialect::sqlite))});
  };
  add({.name = "shelves",
       .columns = {{.name = "room", .type = text}, {.name = "number", .type = integer}},
       .key = {"room", "number"}});
  add({.name = "books",
       .columns = {{.name = "shelf_room", .type = text},
                   {.name = "place", .type = integer},
                   {.name = "shelf_number", .type = integer, .is_nullable = true},
                   {.name = "year", .type = integer, .is_nullable = true}},
       .key = {"shelf_room", "place"},
       .references = {{.columns = {"shelf_room", "shelf_number"},
                       .table = "shelves",
                       .to = {"room", "number"}}},
       .indexes = {{.columns = {"shelf_room", "shelf_number", "year"}}}});
  return steps;
}

std::vector<Shelf> add_shelves(const tenancy::Store& store, const tenancy::TenantContext& context,
                               std::int64_t count) {
  std::vector<Shelf> shelves;
  for (std::int64_t i = 0; i < count; ++i) {
    shelves.push_back({i % 2 == 0 ? "attic" : "cellar", i});
  }
  return must(Repository<Shelf>{store, context}.insert_many(std::move(shelves)));
}

}  // namespace

TEST_CASE("so many children of each parent are the first of all of them") {
  const TestStore test{{}, schema()};
  const auto acme = test.enter(test.acme);
  const auto globex = test.enter(test.globex);
  const auto shelves = add_shelves(test.store, acme, 7);
  add_shelves(test.store, globex, 7);
  const Repository<Book> books{test.store, acme};
  std::mt19937 random{7};  // NOLINT(cert-msc51-cpp): the same each time
  std::vector<Book> all;
  for (std::int64_t i = 0; i < 300; ++i) {
    const Shelf& shelf = shelves[random() % 6];
    all.push_back({.shelf_room = shelf.room, .place = i, .shelf_number = shelf.number});
    if (random() % 4 != 0) {
      all.back().year = static_cast<std::int64_t>(1990 + random() % 20);
    }
  }
  must(books.insert_many(all));
  for (Book& book : all) {
    book.year = 3000;
  }
  must(Repository<Book>{test.store, globex}.insert_many(all));

  // Parents twice, without children, and not there at all.
  auto parents = shelves;
  parents.insert(parents.begin() + 2, parents.front());
  parents.push_back({"roof", 1});
  const std::vector<Query<Book>> queries{
      {},
      field<&Book::year>.between(1995, 2004),
      field<&Book::year> < 1995 || field<&Book::year>.is_null(),
      Query<Book>{}.order_by(tenancy::descending<&Book::year>),
      Query<Book>{!(field<&Book::place> < 20)}.order_by(tenancy::ascending<&Book::year>,
                                                        tenancy::descending<&Book::place>)};
  for (std::size_t i = 0; i < queries.size(); ++i) {
    const auto whole = must(books.children_of(parents, queries[i]));
    CHECK(whole.front().size() > 10);
    for (const std::int64_t limit : {1, 3, 10, 1000}) {
      CAPTURE(i);
      CAPTURE(limit);
      auto expected = whole;
      for (auto& children : expected) {
        children.resize(std::min(children.size(), static_cast<std::size_t>(limit)));
      }
      CHECK(must(books.children_of(parents, queries[i], limit)) == expected);
    }
  }
  CHECK(must(books.children_of(std::vector<Shelf>{}, {}, 3)).empty());
  CHECK(code_of(books.children_of(parents, {}, 0)) == errc::invalid_argument);
  CHECK(code_of(books.children_of(parents, {}, -1)) == errc::invalid_argument);
}

TEST_CASE("so many children of each of very many parents") {
  const TestStore test{{}, schema()};
  const auto acme = test.enter(test.acme);
  const auto shelves = add_shelves(test.store, acme, 1100);
  const Repository<Book> books{test.store, acme};
  std::vector<Book> rows;
  for (std::int64_t i = 0; i < 3300; ++i) {
    const Shelf& shelf = shelves[static_cast<std::size_t>(i % 1100)];
    rows.push_back({.shelf_room = shelf.room, .place = i, .shelf_number = shelf.number});
  }
  must(books.insert_many(std::move(rows)));
  const auto latest = must(
      books.children_of(shelves, Query<Book>{}.order_by(tenancy::descending<&Book::place>), 1));
  REQUIRE(latest.size() == 1100);
  for (std::size_t i = 0; i < latest.size(); ++i) {
    REQUIRE(latest[i].size() == 1);
    CHECK(latest[i].front().place == static_cast<std::int64_t>(2200 + i));
  }
}

TEST_CASE("a limit for each parent lets more parents' rows in than all would be") {
  const TestStore test{{}, schema()};
  const auto acme = test.enter(test.acme);
  const auto shelves = add_shelves(test.store, acme, 2);
  const Repository<Book> books{test.store, acme};
  std::vector<Book> rows;
  for (std::int64_t i = 0; i < 10'001; ++i) {
    rows.push_back({.shelf_room = "attic", .place = i, .shelf_number = 0});
  }
  must(books.insert_many(std::move(rows)));
  CHECK(code_of(books.children_of(shelves)) == errc::invalid_argument);
  CHECK(code_of(books.children_of(shelves, {}, 10'001)) == errc::invalid_argument);
  CHECK(must(books.children_of(shelves, {}, 10'000)).front().size() == 10'000);
  CHECK(must(books.children_of(shelves, {}, 5)).front().size() == 5);
}

TEST_CASE("a row that a table of create_tenant_table refers to stays, and the error says why") {
  const TestStore test{{}, schema()};
  const auto acme = test.enter(test.acme);
  const Repository<Shelf> shelves{test.store, acme};
  add_shelves(test.store, acme, 1);
  must(Repository<Book>{test.store, acme}.insert({.shelf_room = "attic", .shelf_number = 0}));
  CHECK(code_of(shelves.erase({"attic", 0})) == errc::reference_violation);
}
