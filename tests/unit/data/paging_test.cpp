// Pages of lists by numbers and by cursors, in both directions.

#include "tenancy/data/detail/paging.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "support/work.hpp"

using tenancy::ascending;
using tenancy::descending;
using tenancy::errc;
using tenancy::field;
using tenancy::Order;
using tenancy::Page;
using tenancy::PageRequest;
using tenancy::Query;
using tenancy_test::code_of;
using tenancy_test::Item;
using tenancy_test::must;
using tenancy_test::Person;
using tenancy_test::Priority;
using tenancy_test::Work;

namespace {

/// An enumeration whose codec is the host's own and reads NULL.
enum class Mood { none, good };

[[maybe_unused]] constexpr auto tenancy_names(std::type_identity<Mood>) {
  return std::array{std::pair{Mood::good, "good"}};
}

}  // namespace

template <>
struct tenancy::Codec<Mood> {
  static void bind(const ParameterWriter& parameter, Mood value) {
    if (value == Mood::none) {
      parameter.null();
    } else {
      parameter.text("good");
    }
  }
  static bool read(const ColumnReader& column, Mood& value) {
    value = column.is_null() ? Mood::none : Mood::good;
    return true;
  }
};

namespace {

using Id = std::pair<std::string, std::int64_t>;
using Ids = std::vector<Id>;

Ids ids_of(const std::vector<Item>& items) {
  Ids ids;
  for (const Item& item : items) {
    ids.emplace_back(item.project, item.number);
  }
  return ids;
}

/// Forty rows with many that are alike: three titles, three weights with NULL among them, two notes
/// with NULL.
struct FortyItems : Work {
  FortyItems() {
    for (std::int64_t i = 0; i < 40; ++i) {
      Item item{.project = i % 4 == 0 ? "b" : "a", .number = i};
      item.title = "t" + std::to_string(i * 7 % 3);
      item.points = i * 5 % 4 - 1;
      item.weight = i % 3 == 0 ? std::nullopt : std::optional{static_cast<double>(i * 11 % 3) / 2};
      item.note = i % 5 < 2 ? std::nullopt : std::optional<std::string>{i % 2 == 0 ? "" : "n"};
      item.priority = static_cast<Priority>(i % 3);
      item.done = i % 7 < 3;
      item.payload = tenancy_test::Bytes(static_cast<std::size_t>(i % 3), std::byte{0});
      all.push_back(must(items.insert(item)));
      must(items_of_globex.insert(item));
    }
  }

  /// All rows in an order, which compares them before their keys do.
  template <class Less>
  [[nodiscard]] Ids sorted(Less less, bool keys_descend) const {
    std::vector<Item> rows = all;
    std::ranges::sort(rows, [&](const Item& one, const Item& other) {
      if (less(one, other) || less(other, one)) {
        return less(one, other);
      }
      const auto mine = std::tie(one.project, one.number);
      const auto theirs = std::tie(other.project, other.number);
      return keys_descend ? theirs < mine : mine < theirs;
    });
    return ids_of(rows);
  }

  std::vector<Item> all;
};

/// Every page of a list forwards, then back again, with what each tells.
void check_walks(const Work& work, const Query<Item>& query, const Ids& expected,
                 Order order = Order::newest_first) {
  for (const std::int64_t limit : {1, 2, 3, 7, 13, 39, 40, 41, 500}) {
    CAPTURE(limit);
    PageRequest request{.limit = limit, .order = order};
    Ids walked;
    std::vector<Page<Item>> pages;
    while (true) {
      pages.push_back(must(work.items.list(query, request)));
      const Page<Item>& page = pages.back();
      std::ranges::copy(ids_of(page.items), std::back_inserter(walked));
      REQUIRE(walked.size() <= expected.size());
      CHECK(page.has_previous == (pages.size() > 1));
      CHECK(page.previous_cursor.has_value() == page.has_previous);
      CHECK(page.next_cursor.has_value() == page.has_next);
      CHECK(page.has_next == (walked.size() < expected.size()));
      CHECK_FALSE(page.numbers.has_value());
      if (!page.has_next) {
        break;
      }
      REQUIRE(page.items.size() == static_cast<std::size_t>(limit));
      request.cursor = page.next_cursor;
    }
    CHECK(walked == expected);

    for (std::size_t i = pages.size() - 1; i > 0; --i) {
      request.cursor = pages[i].previous_cursor;
      const auto before = must(work.items.list(query, request));
      CHECK(before.items == pages[i - 1].items);
      CHECK(before.has_next);
      CHECK(before.has_previous == (i > 1));
      CHECK(before.previous_cursor.has_value() == before.has_previous);
      // From there on it goes forwards again.
      request.cursor = before.next_cursor;
      CHECK(must(work.items.list(query, request)).items == pages[i].items);
    }
    // The whole way back by its own cursors.
    if (pages.back().previous_cursor) {
      Ids back = ids_of(pages.back().items);
      request.cursor = pages.back().previous_cursor;
      while (request.cursor) {
        const auto page = must(work.items.list(query, request));
        const Ids ids = ids_of(page.items);
        back.insert(back.begin(), ids.begin(), ids.end());
        REQUIRE(back.size() <= expected.size());
        request.cursor = page.previous_cursor;
      }
      CHECK(back == expected);
    }
  }
}

/// Items by another mapping, in which other columns have the same numbers.
struct OtherItem {
  std::string project = {};
  std::int64_t number = 0;
  std::optional<std::string> note = {};
  std::string title = {};

  static constexpr auto tenancy_mapping() {
    namespace m = tenancy::mapping;
    return m::entity("items", m::key("project", &OtherItem::project),
                     m::key("number", &OtherItem::number), m::column("note", &OtherItem::note),
                     m::column("title", &OtherItem::title));
  }
};

/// Items by the first of their two keys.
struct ItemOfProject {
  std::string project = {};

  static constexpr auto tenancy_mapping() {
    return tenancy::mapping::entity("items",
                                    tenancy::mapping::key("project", &ItemOfProject::project));
  }
};

/// Items with a member that has a value for NULL.
struct MoodyItem {
  std::string project = {};
  std::int64_t number = 0;
  std::int64_t points = 0;
  Mood note = Mood::none;

  static constexpr auto tenancy_mapping() {
    namespace m = tenancy::mapping;
    return m::entity("items", m::key("project", &MoodyItem::project),
                     m::key("number", &MoodyItem::number), m::column("points", &MoodyItem::points),
                     m::column("note", &MoodyItem::note));
  }
};

/// NULL first, as the engine has it.
template <class Value>
int compared(const Value& one, const Value& other) {
  return one < other ? -1 : other < one ? 1 : 0;
}

}  // namespace

TEST_CASE("lists without an order go by their keys, both ways") {
  const FortyItems work;
  const Ids oldest_first = work.sorted([](const Item&, const Item&) { return false; }, false);
  Ids newest_first = oldest_first;
  std::ranges::reverse(newest_first);
  check_walks(work, {}, newest_first);
  check_walks(work, {}, oldest_first, Order::oldest_first);
  Ids only;
  std::ranges::copy_if(oldest_first, std::back_inserter(only),
                       [](const Id& id) { return id.first == "b"; });
  check_walks(work, field<&Item::project> == "b", only, Order::oldest_first);
}

TEST_CASE("lists go by several columns, nullable ones too, in each direction, with ties") {
  const FortyItems work;
  for (const bool title_down : {false, true}) {
    for (const bool weight_down : {false, true}) {
      for (const bool note_down : {false, true}) {
        CAPTURE(title_down);
        CAPTURE(weight_down);
        CAPTURE(note_down);
        const auto query = Query<Item>{}.order_by(tenancy::SortTerm<&Item::title>{title_down},
                                                  tenancy::SortTerm<&Item::weight>{weight_down},
                                                  tenancy::SortTerm<&Item::note>{note_down});
        const auto less = [=](const Item& one, const Item& other) {
          for (const auto& [order, down] :
               {std::pair{compared(one.title, other.title), title_down},
                std::pair{compared(one.weight, other.weight), weight_down},
                std::pair{compared(one.note, other.note), note_down}}) {
            if (order != 0) {
              return down ? order > 0 : order < 0;
            }
          }
          return false;
        };
        check_walks(work, query, work.sorted(less, note_down));
      }
    }
  }
}

TEST_CASE("lists go by one column of each kind, in each direction") {
  const FortyItems work;
  const auto check = [&]<auto Member>(std::type_identity<tenancy::SortTerm<Member>>, auto less) {
    for (const bool down : {false, true}) {
      CAPTURE(down);
      check_walks(
          work, Query<Item>{}.order_by(tenancy::SortTerm<Member>{down}),
          work.sorted([=](const Item& one,
                          const Item& other) { return down ? less(other, one) : less(one, other); },
                      down));
    }
  };
  const auto by = [&]<auto Member>(std::type_identity<tenancy::SortTerm<Member>> term) {
    check(term, [](const Item& one, const Item& other) { return one.*Member < other.*Member; });
  };
  by(std::type_identity<tenancy::SortTerm<&Item::title>>{});
  by(std::type_identity<tenancy::SortTerm<&Item::points>>{});
  by(std::type_identity<tenancy::SortTerm<&Item::weight>>{});
  by(std::type_identity<tenancy::SortTerm<&Item::done>>{});
  by(std::type_identity<tenancy::SortTerm<&Item::payload>>{});
  by(std::type_identity<tenancy::SortTerm<&Item::created_at>>{});
  by(std::type_identity<tenancy::SortTerm<&Item::number>>{});
  // By its name: high, low, normal.
  check(std::type_identity<tenancy::SortTerm<&Item::priority>>{},
        [](const Item& one, const Item& other) {
          const auto rank = [](Priority priority) { return (static_cast<int>(priority) + 1) % 3; };
          return rank(one.priority) < rank(other.priority);
        });
}

TEST_CASE("a key in an order stands where it is put") {
  const FortyItems work;
  check_walks(
      work, Query<Item>{}.order_by(descending<&Item::number>, ascending<&Item::project>),
      work.sorted([](const Item& one, const Item& other) { return other.number < one.number; },
                  false));
  check_walks(
      work, Query<Item>{}.order_by(ascending<&Item::project>, descending<&Item::number>),
      work.sorted(
          [](const Item& one, const Item& other) {
            return std::pair{one.project, -one.number} < std::pair{other.project, -other.number};
          },
          false));
}

TEST_CASE("numbered pages tell the totals, and go on by cursors") {
  const FortyItems work;
  const auto query = Query<Item>{field<&Item::project> == "a"}.order_by(descending<&Item::weight>);
  const auto whole = must(work.items.list(query, {.limit = 500})).items;
  REQUIRE(whole.size() == 30);
  const auto part = [&](std::size_t from, std::size_t to) {
    return ids_of({whole.begin() + static_cast<std::ptrdiff_t>(from),
                   whole.begin() + static_cast<std::ptrdiff_t>(to)});
  };
  const auto second = must(work.items.list(query, {.limit = 8, .number = 2}));
  CHECK(ids_of(second.items) == part(8, 16));
  REQUIRE(second.numbers.has_value());
  CHECK(second.numbers->number == 2);
  CHECK(second.numbers->per_page == 8);
  CHECK(second.numbers->total == 30);
  CHECK(second.numbers->total_pages == 4);
  CHECK(second.has_next);
  CHECK(second.has_previous);
  const auto third = must(work.items.list(query, {.limit = 8, .cursor = second.next_cursor}));
  CHECK(ids_of(third.items) == part(16, 24));
  CHECK_FALSE(third.numbers.has_value());
  CHECK(
      ids_of(must(work.items.list(query, {.limit = 8, .cursor = second.previous_cursor})).items) ==
      part(0, 8));

  const auto last = must(work.items.list(query, {.limit = 8, .number = 4}));
  CHECK(last.items.size() == 6);
  CHECK_FALSE(last.has_next);
  const auto beyond = must(work.items.list(query, {.limit = 8, .number = 5}));
  CHECK(beyond.items.empty());
  CHECK(beyond.numbers->total == 30);
  CHECK_FALSE(beyond.has_next);
  CHECK(beyond.has_previous);
  CHECK_FALSE(beyond.next_cursor.has_value());
  CHECK_FALSE(beyond.previous_cursor.has_value());
  const auto none = must(work.items.list(field<&Item::project> == "c", {.number = 1}));
  CHECK(none.numbers->total == 0);
  CHECK(none.numbers->total_pages == 0);
  CHECK_FALSE(none.has_previous);
}

TEST_CASE("limits and numbers that are none are refused") {
  const FortyItems work;
  for (const PageRequest& wrong :
       {PageRequest{.limit = 0}, PageRequest{.limit = 501},
        PageRequest{.limit = std::numeric_limits<std::int64_t>::max()}, PageRequest{.number = 0},
        PageRequest{.limit = 500, .number = 20'002}, PageRequest{.number = 1, .cursor = "n"}}) {
    CHECK(code_of(work.items.list(field<&Item::points> == 1, wrong)) == errc::invalid_argument);
  }
  CHECK(must(work.items.list({.limit = 500, .number = 20'001})).items.empty());
}

TEST_CASE("pages of nothing give no cursors") {
  const FortyItems work;
  const auto none = must(work.items.list(field<&Item::points> == 99));
  CHECK(none.items.empty());
  CHECK_FALSE(none.has_next);
  CHECK_FALSE(none.has_previous);
  CHECK_FALSE(none.next_cursor.has_value());
  CHECK_FALSE(none.previous_cursor.has_value());

  // What a cursor led to is gone.
  const auto first = must(work.items.list({.limit = 39, .order = Order::oldest_first}));
  const auto last = must(
      work.items.list({.limit = 39, .cursor = first.next_cursor, .order = Order::oldest_first}));
  REQUIRE(last.items.size() == 1);
  must(work.items.erase({last.items[0].project, last.items[0].number}));
  const auto empty = must(
      work.items.list({.limit = 39, .cursor = first.next_cursor, .order = Order::oldest_first}));
  CHECK(empty.items.empty());
  CHECK_FALSE(empty.has_next);
  CHECK_FALSE(empty.next_cursor.has_value());
  CHECK_FALSE(empty.previous_cursor.has_value());
  // The place of a row that is gone still leads both ways.
  CHECK(
      ids_of(must(work.items.list(
                      {.limit = 39, .cursor = last.previous_cursor, .order = Order::oldest_first}))
                 .items) == ids_of(first.items));
}

TEST_CASE("a cursor goes on behind its place whatever comes, goes and moves meanwhile") {
  const Work work;
  const auto query = Query<Item>{}.order_by(descending<&Item::points>, ascending<&Item::note>);
  const auto put = [&](std::int64_t number, std::int64_t points, std::optional<std::string> note) {
    must(work.items.upsert(
        {.project = "p", .number = number, .note = std::move(note), .points = points}));
  };
  put(1, 30, "a");
  put(2, 30, "b");
  put(3, 20, std::nullopt);
  put(4, 20, "a");
  put(5, 10, std::nullopt);
  put(8, 1, "last");
  const auto numbers = [](const Page<Item>& page) {
    std::vector<std::int64_t> result;
    for (const Item& item : page.items) {
      result.push_back(item.number);
    }
    return result;
  };
  using Numbers = std::vector<std::int64_t>;
  const auto first = must(work.items.list(query, {.limit = 3}));
  CHECK(numbers(first) == Numbers{1, 2, 3});
  must(work.items.erase({"p", 3}));  // where the cursor stands
  put(6, 40, "new");                 // in front
  put(7, 20, std::nullopt);          // equal but for its key, behind
  put(0, 20, std::nullopt);          // equal but for its key, in front
  put(5, 20, "z");                   // moves up, still behind
  const auto second = must(work.items.list(query, {.limit = 3, .cursor = first.next_cursor}));
  CHECK(numbers(second) == Numbers{7, 4, 5});
  put(1, 5, "a");  // moves behind
  const auto third = must(work.items.list(query, {.limit = 3, .cursor = second.next_cursor}));
  CHECK(numbers(third) == Numbers{1, 8});
  const auto back = must(work.items.list(query, {.limit = 3, .cursor = second.previous_cursor}));
  CHECK(numbers(back) == Numbers{6, 2, 0});
}

TEST_CASE("a cursor is refused by every other list, with the same words") {
  const FortyItems work;
  must(work.people.insert_many({{"a", "a"}, {"b", "b"}, {"c", "c"}}));
  const auto query = [](std::int64_t points) {
    return Query<Item>{field<&Item::points> >= points}.order_by(ascending<&Item::title>);
  };
  const auto page = must(work.items.list(query(0), {.limit = 5, .number = 2}));
  REQUIRE(page.next_cursor.has_value());
  REQUIRE(page.previous_cursor.has_value());
  std::set<std::string> messages;
  std::size_t refusals = 0;
  const auto refused = [&](const auto& list) {
    CAPTURE(refusals);
    REQUIRE_FALSE(list.has_value());
    CHECK(list.error().code() == errc::invalid_cursor);
    messages.insert(list.error().message());
    ++refusals;
  };
  for (const auto& cursor : {page.next_cursor, page.previous_cursor}) {
    const PageRequest request{.limit = 5, .cursor = cursor};
    CHECK(must(work.items.list(query(0), request)).items.size() == 5);
    CHECK(must(work.items.list(query(0), {.limit = 1, .cursor = cursor})).items.size() == 1);

    refused(work.items_of_globex.list(query(0), request));
    refused(work.items.list(query(1), request));
    refused(
        work.items.list(query(0), {.limit = 5, .cursor = cursor, .order = Order::oldest_first}));
    refused(work.items.list(request));
    refused(work.items.list(field<&Item::points> >= 0, request));
    refused(work.items.list(Query<Item>{}.order_by(ascending<&Item::title>), request));
    refused(work.items.list(query(0).where(field<&Item::done> == true), request));
    refused(work.items.list(query(0).order_by(ascending<&Item::note>), request));
    refused(work.items.list(
        Query<Item>{field<&Item::points> >= 0}.order_by(descending<&Item::title>), request));
    refused(work.items.list(Query<Item>{field<&Item::points> >= 0}.order_by(ascending<&Item::note>),
                            request));
    refused(work.items.list(Query<Item>{field<&Item::points> > 0}.order_by(ascending<&Item::title>),
                            request));
    refused(work.items.list(
        Query<Item>{field<&Item::number> >= 0}.order_by(ascending<&Item::title>), request));
    refused(work.items.list(
        Query<Item>{!(field<&Item::points> >= 0)}.order_by(ascending<&Item::title>), request));
    refused(work.people.list(request));
    refused(work.people.list(Query<Person>{}.order_by(ascending<&Person::name>), request));
  }
  CHECK(messages.size() == 1);
}

TEST_CASE("a cursor of a list of the keys is not one of another table or of a filtered list") {
  const FortyItems work;
  must(work.people.insert_many({{"a", "a"}, {"b", "b"}, {"c", "c"}}));
  const auto cursor = must(work.people.list({.limit = 1})).next_cursor;
  CHECK(code_of(work.items.list({.cursor = cursor})) == errc::invalid_cursor);
  CHECK(code_of(work.remarks.list({.cursor = cursor})) == errc::invalid_cursor);
  CHECK(code_of(work.people.list(field<&Person::name> != "", {.cursor = cursor})) ==
        errc::invalid_cursor);
  // Values that read alike one after the other are not alike.
  const auto two = [](const char* one, const char* other) {
    return Query<Person>{field<&Person::id> != one && field<&Person::name> != other};
  };
  const auto of_two = must(work.people.list(two("xy", "z"), {.limit = 1})).next_cursor;
  REQUIRE(of_two.has_value());
  must(work.people.list(two("xy", "z"), {.cursor = of_two}));
  CHECK(code_of(work.people.list(two("x", "yz"), {.cursor = of_two})) == errc::invalid_cursor);
  // A set is what it is, padded or not.
  const auto set = [](std::vector<std::string> ids) {
    return Query<Person>{field<&Person::id>.in(ids)};
  };
  const auto of_set = must(work.people.list(set({"a", "b", "c"}), {.limit = 1})).next_cursor;
  must(work.people.list(set({"a", "b", "c"}), {.cursor = of_set}));
  CHECK(code_of(work.people.list(set({"a", "b", "d"}), {.cursor = of_set})) ==
        errc::invalid_cursor);
}

TEST_CASE("a cursor is refused by another mapping of the table, whose columns stand elsewhere") {
  const FortyItems work;
  const tenancy::Repository<OtherItem> others{work.test.store, work.test.enter(work.test.acme)};
  const auto filtered =
      must(work.items.list(field<&Item::title> == "t1", {.limit = 1})).next_cursor;
  REQUIRE(filtered.has_value());
  CHECK(code_of(others.list(field<&OtherItem::note> == "t1", {.cursor = filtered})) ==
        errc::invalid_cursor);
  const auto sorted =
      must(work.items.list(Query<Item>{}.order_by(ascending<&Item::title>), {.limit = 1}))
          .next_cursor;
  CHECK(code_of(others.list(Query<OtherItem>{}.order_by(ascending<&OtherItem::note>),
                            {.cursor = sorted})) == errc::invalid_cursor);
  // By the same columns it goes on, whichever others there are.
  const auto next = must(others.list(Query<OtherItem>{}.order_by(ascending<&OtherItem::title>),
                                     {.limit = 500, .cursor = sorted}));
  CHECK(next.items.size() == 39);
  CHECK(next.items.front().title == "t0");
}

TEST_CASE("a cursor is refused by a mapping of the table with fewer or more keys") {
  const FortyItems work;
  const tenancy::Repository<ItemOfProject> projects{work.test.store,
                                                    work.test.enter(work.test.acme)};
  const auto of_two_keys = must(work.items.list({.limit = 1})).next_cursor;
  const auto of_one_key = must(projects.list({.limit = 1})).next_cursor;
  REQUIRE(of_two_keys.has_value());
  REQUIRE(of_one_key.has_value());
  must(work.items.list({.cursor = of_two_keys}));
  must(projects.list({.cursor = of_one_key}));
  CHECK(code_of(projects.list({.cursor = of_two_keys})) == errc::invalid_cursor);
  CHECK(code_of(work.items.list({.cursor = of_one_key})) == errc::invalid_cursor);
}

TEST_CASE("no cursor is made at a NULL that the mapping does not know of") {
  const Work work;
  for (const std::int64_t number : {1, 2, 3, 4}) {
    must(work.items.insert({.project = "p",
                            .number = number,
                            .note = number == 2 ? std::nullopt : std::optional{"good"},
                            .points = number}));
  }
  const tenancy::Repository<MoodyItem> items{work.test.store, work.test.enter(work.test.acme)};
  const auto list = [&](std::int64_t from, std::int64_t limit) {
    return items.list(Query<MoodyItem>{field<&MoodyItem::points> >= from}.order_by(
                          ascending<&MoodyItem::points>, ascending<&MoodyItem::note>),
                      {.limit = limit});
  };
  for (const auto& refused : {list(1, 2), list(2, 1)}) {
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error() == errc::invalid_row);
    CHECK(refused.error().subject() == "note");
  }
  // In the midst of a page it does no harm, nor where there is no other one.
  CHECK(must(list(1, 3)).next_cursor.has_value());
  CHECK(must(list(2, 3)).items.size() == 3);
  CHECK(must(list(2, 9)).items.front().note == Mood::none);
}

TEST_CASE("no bit of a cursor can be changed, and no part of it left out") {
  const FortyItems work;
  const auto query = Query<Item>{}.order_by(descending<&Item::weight>);
  const std::string cursor = must(work.items.list(query, {.limit = 5})).next_cursor.value();
  for (std::size_t i = 0; i < cursor.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = cursor;
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      CAPTURE(i);
      CAPTURE(bit);
      CHECK(code_of(work.items.list(query, {.limit = 5, .cursor = changed})) ==
            errc::invalid_cursor);
    }
  }
  for (std::size_t size = 0; size < cursor.size(); size += 3) {
    CHECK(code_of(work.items.list(query, {.cursor = cursor.substr(0, size)})) ==
          errc::invalid_cursor);
  }
  for (const std::string& wrong :
       {cursor + "A", cursor + cursor, "x" + cursor.substr(1), cursor.substr(1), "n" + cursor,
        std::string{"n"}, std::string{"p"}, std::string(100'000, 'n'), std::string{"\0", 1}}) {
    CHECK(code_of(work.items.list(query, {.cursor = wrong})) == errc::invalid_cursor);
  }
}

TEST_CASE("cursors hold values of every kind and size") {
  const Work work;
  const std::vector<std::string> titles{"", std::string{"\0\0", 2}, "'; --", "\xFF\xFE",
                                        std::string(100'000, 'x')};
  std::int64_t number = std::numeric_limits<std::int64_t>::min();
  for (const std::string& title : titles) {
    must(work.items.insert({.project = "'\"\\%",
                            .number = number++,
                            .title = title,
                            .weight = -std::numeric_limits<double>::infinity()}));
    must(work.items.insert({.project = std::string{"\0", 1},
                            .number = std::numeric_limits<std::int64_t>::max() + number % 10,
                            .title = title,
                            .points = std::numeric_limits<std::int64_t>::min(),
                            .weight = std::numeric_limits<double>::denorm_min()}));
  }
  const auto query = Query<Item>{}.order_by(ascending<&Item::weight>, descending<&Item::title>,
                                            ascending<&Item::points>);
  const auto whole = must(work.items.list(query)).items;
  REQUIRE(whole.size() == 10);
  PageRequest request{.limit = 1};
  for (const Item& expected : whole) {
    const auto page = must(work.items.list(query, request));
    REQUIRE(page.items.size() == 1);
    CHECK((page.items[0] == expected));
    request.cursor = page.next_cursor;
  }
  CHECK_FALSE(request.cursor.has_value());
}

TEST_CASE("a cursor goes on in an order of eight columns that may be NULL, in both directions") {
  const FortyItems work;
  const auto query = Query<Item>{}.order_by(ascending<&Item::note>, descending<&Item::weight>,
                                            ascending<&Item::owner>, descending<&Item::reviewer>,
                                            ascending<&Item::due>, descending<&Item::title>,
                                            ascending<&Item::done>, descending<&Item::points>);
  const auto whole = ids_of(must(work.items.list(query, {.limit = 500})).items);
  REQUIRE(whole.size() == 40);
  check_walks(work, query, whole);
}
