// Predicates: each operator against a table of rows, with NULL, and what queries refuse.

#include "tenancy/data/query.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "support/work.hpp"

using tenancy::errc;
using tenancy::field;
using tenancy::Predicate;
using tenancy::Presence;
using tenancy::Query;
using tenancy::Timestamp;
using tenancy_test::Bytes;
using tenancy_test::code_of;
using tenancy_test::Item;
using tenancy_test::must;
using tenancy_test::Priority;
using tenancy_test::Work;

namespace {

using Numbers = std::vector<std::int64_t>;

/// The numbers of a query's rows, in their order; by every way that reads them.
Numbers found(const Work& work, const Query<Item>& query) {
  Numbers numbers;
  for (const Item& item :
       must(work.items.list(query, {.order = tenancy::Order::oldest_first})).items) {
    numbers.push_back(item.number);
  }
  Numbers visited;
  must(work.items.for_each(query, [&](const Item& item) { visited.push_back(item.number); }));
  CHECK(visited == numbers);
  CHECK(must(work.items.count(query)) == static_cast<std::int64_t>(numbers.size()));
  CHECK(must(work.items.exists(query)) == (numbers.empty() ? Presence::absent : Presence::present));
  return numbers;
}

/// 1 to 6; every even one has NULL where there may be.
struct SixItems : Work {
  SixItems() {
    must(people.insert({"ann", "Ann"}));
    for (std::int64_t i = 1; i <= 6; ++i) {
      Item item{.project = "p", .number = i, .title = "t" + std::to_string(i), .points = i % 3};
      item.priority = i <= 2 ? Priority::low : i <= 4 ? Priority::normal : Priority::high;
      item.done = i > 3;
      item.payload = Bytes(static_cast<std::size_t>(i), std::byte{0xFF});
      if (i % 2 == 1) {
        item.note = "n" + std::to_string(i);
        item.weight = static_cast<double>(i) / 2;
        item.due = Timestamp::from_microseconds(i);
        item.owner = "ann";
      }
      must(items.insert(item));
    }
    // What would show if a predicate reached beyond the tenant.
    must(items_of_globex.insert({.project = "p", .number = 7, .title = "t7"}));
  }
};

errc refusal(const Work& work, const Query<Item>& query) {
  const errc code = code_of(work.items.list(query));
  CHECK(code_of(work.items.count(query)) == code);
  CHECK(code_of(work.items.exists(query)) == code);
  CHECK(code_of(work.items.for_each(query, [](const Item&) { FAIL("a row"); })) == code);
  CHECK(code_of(work.items.aggregate(tenancy::count_rows, query)) == code);
  CHECK(code_of(work.items.aggregate_by<&Item::done>(tenancy::count_rows, query)) == code);
  CHECK(code_of(work.items.children_of<&Item::owner>(
            std::vector<tenancy_test::Person>{{"ann", "Ann"}}, query)) == code);
  return code;
}

/// The titles that a predicate finds among these.
std::vector<std::string> titles(const Work& work, const std::vector<std::string>& stored,
                                const Query<Item>& query) {
  for (const Item& old : must(work.items.list({.limit = 500})).items) {
    must(work.items.erase({old.project, old.number}));
  }
  std::vector<Item> rows;
  for (const std::string& title : stored) {
    rows.push_back(
        {.project = "p", .number = static_cast<std::int64_t>(rows.size()), .title = title});
  }
  must(work.items.insert_many(rows));
  std::vector<std::string> result;
  must(work.items.for_each(query, [&](const Item& item) { result.push_back(item.title); }));
  return result;
}

using Titles = std::vector<std::string>;

}  // namespace

TEST_CASE("comparisons of columns that are never NULL") {
  const SixItems work;
  CHECK(found(work, {}) == Numbers{1, 2, 3, 4, 5, 6});
  CHECK(found(work, field<&Item::number> == 3) == Numbers{3});
  CHECK(found(work, field<&Item::number> != 3) == Numbers{1, 2, 4, 5, 6});
  CHECK(found(work, field<&Item::number> < 3) == Numbers{1, 2});
  CHECK(found(work, field<&Item::number> <= 3) == Numbers{1, 2, 3});
  CHECK(found(work, field<&Item::number> > 3) == Numbers{4, 5, 6});
  CHECK(found(work, field<&Item::number> >= 3) == Numbers{3, 4, 5, 6});
  CHECK(found(work, field<&Item::number>.between(2, 4)) == Numbers{2, 3, 4});
  CHECK(found(work, field<&Item::number>.between(4, 2)) == Numbers{});
  CHECK(found(work, field<&Item::title> == "t2") == Numbers{2});
  CHECK(found(work, field<&Item::title> >= std::string{"t5"}) == Numbers{5, 6});
  CHECK(found(work, field<&Item::title> < std::string_view{"t2"}) == Numbers{1});
  CHECK(found(work, field<&Item::priority> == Priority::low) == Numbers{1, 2});
  CHECK(found(work, field<&Item::priority> != Priority::low) == Numbers{3, 4, 5, 6});
  CHECK(found(work, field<&Item::done> == true) == Numbers{4, 5, 6});
  CHECK(found(work, field<&Item::done> != true) == Numbers{1, 2, 3});
  CHECK(found(work, field<&Item::payload> == Bytes(2, std::byte{0xFF})) == Numbers{2});
  CHECK(found(work, field<&Item::payload> > Bytes(4, std::byte{0xFF})) == Numbers{5, 6});
  CHECK(found(work, field<&Item::payload>.between(Bytes{}, Bytes(1, std::byte{0xFF}))) ==
        Numbers{1});
  CHECK(found(work, field<&Item::created_at> == work.test.clock->now()) ==
        Numbers{1, 2, 3, 4, 5, 6});
  CHECK(found(work, field<&Item::created_at> < work.test.clock->now()) == Numbers{});
}

TEST_CASE("a comparison with NULL is neither true nor false, and neither is its negation") {
  const SixItems work;
  CHECK(found(work, field<&Item::note>.is_null()) == Numbers{2, 4, 6});
  CHECK(found(work, !field<&Item::note>.is_null()) == Numbers{1, 3, 5});
  CHECK(found(work, field<&Item::note> == "n3") == Numbers{3});
  CHECK(found(work, field<&Item::note> != "n3") == Numbers{1, 5});
  CHECK(found(work, !(field<&Item::note> == "n3")) == Numbers{1, 5});
  CHECK(found(work, !(field<&Item::note> != "n3")) == Numbers{3});
  CHECK(found(work, field<&Item::weight> < 2) == Numbers{1, 3});
  CHECK(found(work, !(field<&Item::weight> < 2)) == Numbers{5});
  CHECK(found(work, field<&Item::weight> >= 1.5) == Numbers{3, 5});
  CHECK(found(work, field<&Item::weight>.between(0.5F, 1.5)) == Numbers{1, 3});
  CHECK(found(work, !field<&Item::weight>.between(0.5, 1.5)) == Numbers{5});
  CHECK(found(work, field<&Item::due> > Timestamp::from_microseconds(1)) == Numbers{3, 5});
  CHECK(found(work, field<&Item::note>.in({"n1", "n5"})) == Numbers{1, 5});
  CHECK(found(work, !field<&Item::note>.in({"n1", "n5"})) == Numbers{3});
  CHECK(found(work, field<&Item::note>.like("n%")) == Numbers{1, 3, 5});
  CHECK(found(work, !field<&Item::note>.like("n1%")) == Numbers{3, 5});
  CHECK(found(work, field<&Item::note>.prefix("")) == Numbers{1, 3, 5});
  CHECK(found(work, !field<&Item::note>.prefix("n1")) == Numbers{3, 5});
  // Unknown or true is true; unknown and false is false, whose negation is true.
  CHECK(found(work, field<&Item::note> == "n1" || field<&Item::number> == 2) == Numbers{1, 2});
  CHECK(found(work, !(field<&Item::note> == "n1" && field<&Item::number> == 1)) ==
        Numbers{2, 3, 4, 5, 6});
  CHECK(found(work, !(field<&Item::note> == "n1" || field<&Item::number> == 2)) == Numbers{3, 5});
  CHECK(found(work, field<&Item::note> != "n1" || field<&Item::note>.is_null()) ==
        Numbers{2, 3, 4, 5, 6});
}

TEST_CASE("and, or and not nest as they are written") {
  const SixItems work;
  const auto one = field<&Item::number> == 1;
  const auto done = field<&Item::done> == true;
  const auto even = field<&Item::note>.is_null();
  CHECK(found(work, one || (done && even)) == Numbers{1, 4, 6});
  CHECK(found(work, (one || done) && even) == Numbers{4, 6});
  CHECK(found(work, one || done || even) == Numbers{1, 2, 4, 5, 6});
  CHECK(found(work, !(one || done)) == Numbers{2, 3});
  CHECK(found(work, !one && !done) == Numbers{2, 3});
  CHECK(found(work, !!one) == Numbers{1});
  CHECK(found(work, !(!(done && even) && !one)) == Numbers{1, 4, 6});
  CHECK(found(work, !(one && done)) == Numbers{1, 2, 3, 4, 5, 6});
  // What stands in WHERE already is not loosened by an OR behind it.
  CHECK(found(work, Query<Item>{done}.where(one || even)) == Numbers{4, 6});
  CHECK(found(work, Query<Item>{one || done}.where(even).where(field<&Item::number> > 4)) ==
        Numbers{6});
  // Parts may be used again: they are copied.
  CHECK(found(work, one || done) == Numbers{1, 4, 5, 6});
}

TEST_CASE("predicates that are composed while the program runs") {
  const SixItems work;
  using P = Predicate<Item>;
  const Numbers all{1, 2, 3, 4, 5, 6};
  CHECK(found(work, P{}) == all);
  CHECK(found(work, P{} && P{}) == all);
  CHECK(found(work, P{} || P{}) == all);
  CHECK(found(work, !P{}) == Numbers{});
  CHECK(found(work, !!P{}) == all);
  CHECK(found(work, !P{} || field<&Item::number> == 1) == Numbers{1});
  // Negated twice it is what it was, which drops out.
  CHECK(found(work, !!P{} || field<&Item::number> == 1) == Numbers{1});
  CHECK(found(work, !P{} && field<&Item::number> == 1) == Numbers{});
  CHECK(found(work, P{} && field<&Item::number> == 1) == Numbers{1});
  CHECK(found(work, field<&Item::number> == 1 || P{}) == Numbers{1});

  P filter;
  filter = filter && field<&Item::done> == true;
  filter = filter && !field<&Item::note>.is_null();
  CHECK(found(work, filter) == Numbers{5});
  P either;
  for (const std::int64_t number : {2, 4, 6}) {
    either = either || field<&Item::number> == number;
  }
  CHECK(found(work, either) == Numbers{2, 4, 6});
  CHECK(found(work, !either) == Numbers{1, 3, 5});
  CHECK(found(work, either && filter) == Numbers{});
  CHECK(found(work, filter || either) == Numbers{2, 4, 5, 6});
  const P copy = either;
  either = P{};
  CHECK(found(work, copy) == Numbers{2, 4, 6});

  Query<Item> query;
  query.where(filter);
  query.where(P{});
  CHECK(found(work, query) == Numbers{5});
}

TEST_CASE("sets of none, one, and up to 500 values") {
  const SixItems work;
  CHECK(found(work, field<&Item::number>.in(Numbers{})) == Numbers{});
  CHECK(found(work, !field<&Item::number>.in(Numbers{})) == Numbers{1, 2, 3, 4, 5, 6});
  CHECK(found(work, field<&Item::number>.in({3})) == Numbers{3});
  CHECK(found(work, field<&Item::number>.in({3, 3, 3})) == Numbers{3});
  CHECK(found(work, field<&Item::priority>.in({Priority::low, Priority::high})) ==
        Numbers{1, 2, 5, 6});
  CHECK(found(work, field<&Item::weight>.in({0.5, 2.5})) == Numbers{1, 5});
  CHECK(found(work, field<&Item::done>.in(std::vector<bool>{false})) == Numbers{1, 2, 3});
  CHECK(found(work, field<&Item::payload>.in(std::vector<Bytes>{Bytes(2, std::byte{0xFF})})) ==
        Numbers{2});
  // Each size, so that padding never adds a value nor takes one.
  for (std::size_t size = 1; size <= 40; ++size) {
    Numbers values(size, 1000);
    values.front() = 2;
    values.back() = 5;
    CAPTURE(size);
    CHECK(must(work.items.count(field<&Item::number>.in(values))) == (size == 1 ? 1 : 2));
  }
  for (const std::size_t size : {255U, 256U, 257U, 499U, 500U}) {
    Numbers values(size, 1000);
    values.front() = 2;
    values.back() = 5;
    CHECK(found(work, field<&Item::number>.in(values)) == Numbers{2, 5});
  }
  CHECK(refusal(work, field<&Item::number>.in(Numbers(501, 2))) == errc::invalid_argument);
  CHECK(refusal(work, field<&Item::number> == 1 || field<&Item::number>.in(Numbers(501, 2))) ==
        errc::invalid_argument);
}

TEST_CASE("patterns: metacharacters, what takes their meaning away, and the case of letters") {
  const Work work;
  const Titles stored{"",     "a",     "A",   "ab",       "a%b",      "a_b",  "axb",
                      "a\\b", "a\\%b", "a'b", "a\"b",     "%",        "_",    "\\",
                      "[ab]", "*",     "?",   "\xC3\xA9", "\xC3\x89", "a\nb", "ABC"};
  const auto like = [&](std::string_view pattern) {
    return titles(work, stored, field<&Item::title>.like(pattern));
  };
  CHECK(like("") == Titles{""});
  CHECK(like("%") == stored);
  CHECK(like("_") == Titles{"a", "A", "%", "_", "\\", "*", "?", "\xC3\xA9", "\xC3\x89"});
  CHECK(like("a") == Titles{"a", "A"});
  CHECK(like("\xC3\xA9") == Titles{"\xC3\xA9"});
  CHECK(like("a%b") == Titles{"ab", "a%b", "a_b", "axb", "a\\b", "a\\%b", "a'b", "a\"b", "a\nb"});
  CHECK(like("a_b") == Titles{"a%b", "a_b", "axb", "a\\b", "a'b", "a\"b", "a\nb"});
  CHECK(like("a\\%b") == Titles{"a%b"});
  CHECK(like("a\\_b") == Titles{"a_b"});
  CHECK(like("a\\\\b") == Titles{"a\\b"});
  CHECK(like("a\\\\\\%b") == Titles{"a\\%b"});
  CHECK(like("\\x") == Titles{});
  CHECK(like("a\\") == Titles{});
  CHECK(like("[ab]") == Titles{"[ab]"});
  CHECK(like("*") == Titles{"*"});
  CHECK(like("?") == Titles{"?"});
  CHECK(like("a'b") == Titles{"a'b"});
  CHECK(like("abc") == Titles{"ABC"});
}

TEST_CASE("contains takes every character for itself") {
  const Work work;
  const Titles stored{"50%",    "50 percent",           "a_b", "axb", "c\\d",
                      "c\\\\d", "x'; DROP TABLE items", ""};
  const auto contains = [&](std::string_view text) {
    return titles(work, stored, field<&Item::title>.contains(text));
  };
  CHECK(contains("0%") == Titles{"50%"});
  CHECK(contains("_") == Titles{"a_b"});
  CHECK(contains("\\") == Titles{"c\\d", "c\\\\d"});
  CHECK(contains("\\\\") == Titles{"c\\\\d"});
  CHECK(contains("'; drop") == Titles{"x'; DROP TABLE items"});
  CHECK(contains("") == stored);
}

TEST_CASE("patterns are of at most 250 bytes and hold no NUL") {
  const SixItems work;
  const auto title = field<&Item::title>;
  CHECK(found(work, title.like(std::string(250, '%'))).size() == 6);
  CHECK(found(work, title.contains(std::string(248, 'a'))).empty());
  CHECK(refusal(work, title.like(std::string(251, '%'))) == errc::invalid_value);
  CHECK(refusal(work, title.contains(std::string(249, 'a'))) == errc::invalid_value);
  CHECK(refusal(work, title.contains(std::string(125, '%'))) == errc::invalid_value);
  using namespace std::string_view_literals;
  CHECK(refusal(work, title.like("t\0%"sv)) == errc::invalid_value);
  CHECK(refusal(work, !title.contains("\0"sv)) == errc::invalid_value);
}

TEST_CASE("a prefix is taken byte by byte also where the column's collation does otherwise") {
  auto schema = tenancy_test::work_schema();
  auto& sql = schema[0].sql;
  const std::string column = "title TEXT NOT NULL";
  sql.replace(sql.find(column), column.size(), column + " COLLATE NOCASE");
  const tenancy_test::TestStore test{{}, std::move(schema)};
  const tenancy::Repository<Item> items{test.store, test.enter(test.acme)};
  std::int64_t number = 0;
  for (const std::string title : {"Zebra", "zebra", "Zoo", "["}) {
    must(items.insert({.project = "p", .number = ++number, .title = title}));
  }
  // Where letters are small, "[" is before "z" and not behind it.
  CHECK(must(items.count(field<&Item::title>.prefix("Z"))) == 2);
  CHECK(must(items.count(field<&Item::title>.prefix("z"))) == 1);
  CHECK(must(items.count(field<&Item::title>.prefix("ZE"))) == 0);
  CHECK(must(items.count(field<&Item::title>.prefix(""))) == 4);
  CHECK(must(items.count(field<&Item::title> == "ZEBRA")) == 2);
}

TEST_CASE("a prefix is taken byte by byte, to the end of what there is") {
  const Work work;
  using namespace std::string_literals;
  const Titles stored{"",      "a",     "A",         "ab",      "b",        "a\0"s,
                      "a\0b"s, "a\xFF", "a\xFF\xFF", "\xFF",    "\xFF\xFF", "\xFF\xFFz",
                      "%",     "%a",    "\x7F",      "\xC3\xA9"};
  const auto prefix = [&](std::string_view text) {
    Titles expected;
    for (const std::string& title : stored) {
      if (title.starts_with(text)) {
        expected.push_back(title);
      }
    }
    CHECK(titles(work, stored, field<&Item::title>.prefix(text)) == expected);
    return expected.size();
  };
  CHECK(prefix("") == stored.size());
  CHECK(prefix("a") == 6);
  CHECK(prefix("a\xFF") == 2);
  CHECK(prefix("\xFF") == 3);
  CHECK(prefix("\xFF\xFF") == 2);
  CHECK(prefix("%") == 2);
  CHECK(prefix("a\0"s) == 2);
  CHECK(prefix("\x7F") == 1);
  CHECK(prefix("\xC3") == 1);
  CHECK(prefix("zz") == 0);
  CHECK(prefix(std::string(10'000, 'a')) == 0);
}

TEST_CASE("numbers beyond 64 bits and not-a-number fit no column") {
  const SixItems work;
  const auto number = field<&Item::number>;
  const auto weight = field<&Item::weight>;
  constexpr auto greatest = std::numeric_limits<std::uint64_t>::max();
  CHECK(refusal(work, number == greatest) == errc::invalid_value);
  CHECK(refusal(work, number < greatest) == errc::invalid_value);
  CHECK(refusal(work, number.between(std::uint64_t{0}, greatest)) == errc::invalid_value);
  CHECK(refusal(work, number.between(greatest, std::uint64_t{1})) == errc::invalid_value);
  CHECK(refusal(work, number.in(std::vector<std::uint64_t>{1, greatest})) == errc::invalid_value);
  CHECK(refusal(work, number.in(std::vector<std::uint64_t>{greatest, 1})) == errc::invalid_value);
  CHECK(refusal(work, !(number == greatest)) == errc::invalid_value);
  CHECK(refusal(work, number == 1 || number == greatest) == errc::invalid_value);
  CHECK(refusal(work, weight == std::nan("")) == errc::invalid_value);
  CHECK(refusal(work, weight.in({1.0, std::nan("")})) == errc::invalid_value);
  CHECK(refusal(work, field<&Item::priority> == Priority::unnamed) == errc::invalid_value);
  CHECK(found(work, number <= std::numeric_limits<std::int64_t>::max()).size() == 6);
  CHECK(found(work, number >= std::numeric_limits<std::int64_t>::min()).size() == 6);
  CHECK(found(work, weight < std::numeric_limits<double>::infinity()) == Numbers{1, 3, 5});
  CHECK(found(work, weight > -std::numeric_limits<double>::infinity()) == Numbers{1, 3, 5});
  CHECK(found(work, weight > -0.0) == Numbers{1, 3, 5});
}

TEST_CASE("a query compares at most 100 times and sorts by at most 8 columns") {
  const SixItems work;
  const auto chain = [](int comparisons, bool both) {
    Predicate<Item> predicate;
    for (int i = 0; i < comparisons; ++i) {
      const auto one = field<&Item::number> != 100 + i;
      predicate = both ? Predicate<Item>{predicate && one} : Predicate<Item>{predicate || one};
    }
    return predicate;
  };
  for (const bool both : {true, false}) {
    CHECK(found(work, chain(100, both)).size() == 6);
    CHECK(refusal(work, chain(101, both)) == errc::invalid_argument);
  }
  // Nested to the right.
  Predicate<Item> to_the_right = field<&Item::number> == 1;
  for (int i = 0; i < 99; ++i) {
    to_the_right = field<&Item::number> == 100 + i || to_the_right;
  }
  CHECK(found(work, to_the_right) == Numbers{1});
  // Taken together, in a query too.
  CHECK(refusal(work, Query<Item>{chain(60, true)}.where(chain(41, true))) ==
        errc::invalid_argument);
  CHECK(found(work, Query<Item>{chain(60, true)}.where(chain(40, true))).size() == 6);

  using tenancy::ascending;
  auto sorted = Query<Item>{}.order_by(ascending<&Item::title>, ascending<&Item::note>,
                                       ascending<&Item::points>, ascending<&Item::weight>,
                                       ascending<&Item::priority>, ascending<&Item::done>,
                                       ascending<&Item::payload>, ascending<&Item::due>);
  CHECK(found(work, sorted).size() == 6);
  sorted.order_by(ascending<&Item::number>);
  CHECK(code_of(work.items.list(sorted)) == errc::invalid_argument);
  CHECK(code_of(work.items.for_each(sorted, [](const Item&) {})) == errc::invalid_argument);
}

TEST_CASE("a query is bounded in all its values, and where it compares nothing") {
  const SixItems work;
  const auto sets = [](int count) {
    Predicate<Item> predicate;
    for (int i = 0; i < count; ++i) {
      predicate = predicate || field<&Item::number>.in(Numbers(500, i));
    }
    return predicate;
  };
  // A set of 500 is written as one of 512.
  CHECK(found(work, sets(19)) == Numbers{1, 2, 3, 4, 5, 6});
  CHECK(refusal(work, sets(20)) == errc::invalid_argument);
  const auto nothing = [](int times) {
    Predicate<Item> predicate;
    for (int i = 0; i < times; ++i) {
      predicate = predicate || !Predicate<Item>{};
    }
    return predicate;
  };
  CHECK(found(work, nothing(90)) == Numbers{});
  CHECK(refusal(work, nothing(400)) == errc::invalid_argument);
}

TEST_CASE("conditions nest twenty deep, whatever they are made of") {
  const SixItems work;
  const Numbers many(500, 1);
  const auto one = field<&Item::number>.in(many);
  const auto two = field<&Item::number>.between(1, 2);
  // Ten times AND and NOT: twenty.
  Predicate<Item> negated = one;
  for (int i = 0; i < 10; ++i) {
    negated = !(two && negated);
  }
  CHECK(found(work, negated) == Numbers{1, 3, 4, 5, 6});
  CHECK(refusal(work, two || negated) == errc::invalid_argument);
  CHECK(found(work, !negated) == Numbers{2});
  Predicate<Item> alternating = one;
  for (int i = 0; i < 10; ++i) {
    alternating = two && (one || alternating);
    alternating = i % 2 == 0 ? Predicate<Item>{alternating} : Predicate<Item>{!!alternating};
  }
  CHECK(found(work, alternating) == Numbers{1});
  CHECK(refusal(work, !alternating) == errc::invalid_argument);
  // On the left side, too.
  Predicate<Item> left = one;
  for (int i = 0; i < 10; ++i) {
    left = (left || one) && two;
  }
  CHECK(found(work, left) == Numbers{1});
  CHECK(refusal(work, left || one) == errc::invalid_argument);
  // A chain is not deep.
  CHECK(found(work, left && two && two && two && two) == Numbers{1});
}

TEST_CASE("what a query is refused for names its table and no value") {
  const Work work;
  const auto refused = work.items.list(field<&Item::title>.like(std::string(251, 's')));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message().find("items") != std::string::npos);
  CHECK(refused.error().message().find("sss") == std::string::npos);
}

TEST_CASE("the first row of a query is that of its list, or none") {
  const tenancy_test::Work work;
  for (const std::int64_t number : {3, 1, 2}) {
    must(work.items.insert({.project = "p", .number = number, .points = -number}));
  }
  must(work.items_of_globex.insert({.project = "a", .number = 0}));
  CHECK(must(work.items.first(Query<Item>{}))->number == 1);
  CHECK(must(work.items.first(Query<Item>{}.order_by(tenancy::ascending<&Item::points>)))->number ==
        3);
  CHECK(must(work.items.first(field<&Item::number> > 1))->number == 2);
  CHECK_FALSE(must(work.items.first(field<&Item::number> > 3)).has_value());
  CHECK(code_of(work.items.first(field<&Item::title>.in(std::vector<std::string>(501, "x")))) ==
        errc::invalid_argument);
}
