// Random work of three tenants with the same keys, each call compared with a model in memory: rows,
// versions, queries with their orders, pages, aggregates and children. Walks by cursors go on while
// rows come, go and move.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <iterator>
#include <limits>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "support/work.hpp"

using tenancy::Changes;
using tenancy::errc;
using tenancy::field;
using tenancy::Order;
using tenancy::PageRequest;
using tenancy::Predicate;
using tenancy::Presence;
using tenancy::Query;
using tenancy::Repository;
using tenancy::Result;
using tenancy::RowVersion;
using tenancy_test::code_of;
using tenancy_test::Item;
using tenancy_test::must;
using tenancy_test::Person;
using tenancy_test::Priority;
using tenancy_test::TestStore;

namespace {

/// Takes numbers from one seed, so that a failure can be run again.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_{seed} {}
  int below(int bound) { return std::uniform_int_distribution{0, bound - 1}(engine_); }
  bool one_in(int bound) { return below(bound) == 0; }
  template <class Value>
  const Value& of(const std::vector<Value>& values) {
    return values[static_cast<std::size_t>(below(static_cast<int>(values.size())))];
  }

 private:
  std::mt19937_64 engine_;
};

using Key = std::pair<std::string, std::int64_t>;
Key key_of(const Item& item) { return {item.project, item.number}; }

struct StoredItem {
  Item row;
  std::int64_t version = 1;
};

/// What one tenant's rows must be.
struct Model {
  std::map<Key, StoredItem> items;
  std::map<std::string, Person> people;

  [[nodiscard]] bool refers_well(const Item& item) const {
    return !item.owner || people.contains(*item.owner);
  }
};

const std::vector<std::string> projects{"", "a", "b'"};
const std::vector<std::string> titles{"",   "a",  "A",    "ab",
                                      "b%", "b_", "\xFF", std::string{"a\0", 2}};
const std::vector<std::optional<std::string>> notes{std::nullopt, "", "n", "N", "nn"};
const std::vector<std::optional<double>> weights{
    std::nullopt, -1.5, 0.0, 0.5, 2.0, std::numeric_limits<double>::infinity()};
const std::vector<std::optional<std::string>> owners{std::nullopt, "p0", "p1", "p2", "p3"};
const std::vector<Priority> priorities{Priority::low, Priority::normal, Priority::high};

/// A priority is stored, and sorted, by its name.
std::string name_of(Priority priority) {
  return priority == Priority::low ? "low" : priority == Priority::high ? "high" : "normal";
}

std::int64_t random_number(Dice& dice) { return dice.below(8); }

Item random_item(Dice& dice) {
  Item item;
  item.project = dice.of(projects);
  item.number = random_number(dice);
  item.title = dice.of(titles);
  item.note = dice.of(notes);
  item.points = dice.below(5) - 2;
  item.weight = dice.of(weights);
  item.priority = dice.of(priorities);
  item.done = dice.one_in(2);
  item.owner = dice.of(owners);
  return item;
}

// Three-valued logic, as SQL has it.
using Truth = std::optional<bool>;
using Judge = std::function<Truth(const Item&)>;

struct Condition {
  Predicate<Item> predicate;
  Judge judge;
};

template <auto Member, class Value, class Compare>
Judge judge_of(Value value, Compare compare) {
  return [=](const Item& item) -> Truth {
    const auto& member = item.*Member;
    if constexpr (tenancy::detail::is_optional<std::remove_cvref_t<decltype(member)>>) {
      return member ? Truth{compare(*member, value)} : std::nullopt;
    } else {
      return compare(member, value);
    }
  };
}

template <auto Member, class Value>
Condition compare(Dice& dice, const Value& value, bool is_ordered = true) {
  const auto column = field<Member>;
  switch (dice.below(is_ordered ? 6 : 2)) {
    case 0:
      return {column == value, judge_of<Member>(value, std::equal_to<>{})};
    case 1:
      return {column != value, judge_of<Member>(value, std::not_equal_to<>{})};
    default:
      break;
  }
  if constexpr (tenancy::detail::is_ordered<Value>) {
    switch (dice.below(4)) {
      case 0:
        return {column < value, judge_of<Member>(value, std::less<>{})};
      case 1:
        return {column <= value, judge_of<Member>(value, std::less_equal<>{})};
      case 2:
        return {column > value, judge_of<Member>(value, std::greater<>{})};
      default:
        return {column >= value, judge_of<Member>(value, std::greater_equal<>{})};
    }
  }
  return {column == value, judge_of<Member>(value, std::equal_to<>{})};
}

std::string lower(std::string text) {
  for (char& c : text) {
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return text;
}

template <auto Member>
Condition random_text_condition(Dice& dice, const std::string& text) {
  switch (dice.below(4)) {
    case 0:
      return {field<Member>.prefix(text),
              judge_of<Member>(text, [](const std::string& stored, const std::string& prefix) {
                return stored.starts_with(prefix);
              })};
    case 1:
      if (text.find('\0') == std::string::npos) {
        return {field<Member>.contains(text),
                judge_of<Member>(text, [](const std::string& stored, const std::string& part) {
                  // The engine reads texts up to a NUL here.
                  return lower(stored.substr(0, stored.find('\0'))).find(lower(part)) !=
                         std::string::npos;
                })};
      }
      [[fallthrough]];
    default:
      return compare<Member>(dice, text);
  }
}

Condition random_comparison(Dice& dice) {
  switch (dice.below(11)) {
    case 0:
      return random_text_condition<&Item::title>(dice, dice.of(titles));
    case 1:
      return random_text_condition<&Item::note>(dice, dice.of(notes).value_or("n"));
    case 2:
      return compare<&Item::points>(dice, std::int64_t{dice.below(5) - 2});
    case 3:
      return compare<&Item::weight>(dice, dice.of(weights).value_or(1.0));
    case 4:
      return compare<&Item::priority>(dice, dice.of(priorities), false);
    case 5:
      return compare<&Item::done>(dice, dice.one_in(2), false);
    case 6:
      return compare<&Item::number>(dice, random_number(dice));
    case 7:
      return compare<&Item::project>(dice, dice.of(projects));
    case 8:
      return {field<&Item::note>.is_null(), [](const Item& item) { return !item.note; }};
    case 9: {
      const std::int64_t least = random_number(dice);
      const std::int64_t greatest = random_number(dice);
      return {field<&Item::number>.between(least, greatest),
              [=](const Item& item) { return item.number >= least && item.number <= greatest; }};
    }
    default: {
      std::vector<double> values;
      for (int i = dice.below(5); i > 0; --i) {
        values.push_back(dice.of(weights).value_or(7.0));
      }
      return {field<&Item::weight>.in(values), [=](const Item& item) -> Truth {
                if (values.empty()) {
                  return false;
                }
                if (!item.weight) {
                  return std::nullopt;
                }
                return std::ranges::find(values, *item.weight) != values.end();
              }};
    }
  }
}

Condition random_condition(Dice& dice, int depth) {
  if (depth == 0 || dice.one_in(3)) {
    return random_comparison(dice);
  }
  auto one = random_condition(dice, depth - 1);
  if (dice.one_in(4)) {
    return {!one.predicate, [judge = one.judge](const Item& item) -> Truth {
              const Truth truth = judge(item);
              return truth ? Truth{!*truth} : std::nullopt;
            }};
  }
  auto other = random_condition(dice, depth - 1);
  const bool both = dice.one_in(2);
  return {both ? Predicate<Item>{one.predicate && other.predicate}
               : Predicate<Item>{one.predicate || other.predicate},
          [both, left = one.judge, right = other.judge](const Item& item) -> Truth {
            const Truth l = left(item);
            const Truth r = right(item);
            if (l == !both || r == !both) {
              return !both;
            }
            return l && r ? Truth{both} : std::nullopt;
          }};
}

/// Less than 0, 0 or more than 0; NULL before everything else.
using Compare = std::function<int(const Item&, const Item&)>;

template <class Value>
int compare_values(const Value& one, const Value& other) {
  return one < other ? -1 : other < one ? 1 : 0;
}

/// A query, and what it means.
struct Asked {
  Query<Item> query;
  Judge judge;
  Compare compare;  ///< Of the whole order, keys at the end.
};

template <auto Member>
void sort_by(Asked& asked, bool descends, std::vector<Compare>& terms) {
  asked.query.order_by(tenancy::SortTerm<Member>{descends});
  terms.push_back([descends](const Item& one, const Item& other) {
    int order = 0;
    if constexpr (std::is_same_v<decltype(Member), Priority Item::*>) {
      order = compare_values(name_of(one.*Member), name_of(other.*Member));
    } else {
      order = compare_values(one.*Member, other.*Member);
    }
    return descends ? -order : order;
  });
}

Asked random_query(Dice& dice, Order order) {
  Asked asked;
  asked.judge = [](const Item&) { return true; };
  if (!dice.one_in(3)) {
    Condition condition = random_condition(dice, 3);
    asked.query.where(condition.predicate);
    asked.judge = condition.judge;
  }
  std::vector<Compare> terms;
  bool descends = order == Order::newest_first;
  std::set<int> used;
  for (int i = dice.below(4); i > 0; --i) {
    const int column = dice.below(8);
    if (!used.insert(column).second) {
      continue;
    }
    descends = dice.one_in(2);
    switch (column) {
      case 0:
        sort_by<&Item::title>(asked, descends, terms);
        break;
      case 1:
        sort_by<&Item::note>(asked, descends, terms);
        break;
      case 2:
        sort_by<&Item::points>(asked, descends, terms);
        break;
      case 3:
        sort_by<&Item::weight>(asked, descends, terms);
        break;
      case 4:
        sort_by<&Item::priority>(asked, descends, terms);
        break;
      case 5:
        sort_by<&Item::done>(asked, descends, terms);
        break;
      case 6:
        sort_by<&Item::owner>(asked, descends, terms);
        break;
      default:
        sort_by<&Item::number>(asked, descends, terms);
        break;
    }
  }
  asked.compare = [terms, descends](const Item& one, const Item& other) {
    for (const Compare& term : terms) {
      if (const int result = term(one, other); result != 0) {
        return result;
      }
    }
    const int result = compare_values(key_of(one), key_of(other));
    return descends ? -result : result;
  };
  return asked;
}

std::vector<Item> rows_of(const Model& model, const Asked& asked) {
  std::vector<Item> rows;
  for (const auto& [key, stored] : model.items) {
    if (asked.judge(stored.row) == true) {
      rows.push_back(stored.row);
    }
  }
  std::ranges::sort(
      rows, [&](const Item& one, const Item& other) { return asked.compare(one, other) < 0; });
  return rows;
}

/// Keys whose rows came, went or moved during a walk.
class Moved {
 public:
  explicit Moved(const Asked& asked) : asked_{asked} {}

  void note(const Model& before, const Model& after) {
    for (const auto& [key, stored] : before.items) {
      const auto now = after.items.find(key);
      if (now == after.items.end() || asked_.judge(stored.row) != asked_.judge(now->second.row) ||
          asked_.compare(stored.row, now->second.row) != 0) {
        keys_.insert(key);
      }
    }
    for (const auto& [key, stored] : after.items) {
      if (!before.items.contains(key)) {
        keys_.insert(key);
      }
    }
  }
  [[nodiscard]] std::vector<Key> without(const std::vector<Item>& rows) const {
    std::vector<Key> keys;
    for (const Item& row : rows) {
      if (!keys_.contains(key_of(row))) {
        keys.push_back(key_of(row));
      }
    }
    return keys;
  }

 private:
  const Asked& asked_;
  std::set<Key> keys_;
};

/// What a unit of work uses: alone or in a transaction.
struct Repositories {
  Repository<Item> items;
  Repository<Person> people;
};

class Player {
 public:
  Player(const TestStore& test, const tenancy::Tenant& tenant)
      : test_{test}, context_{test.enter(tenant)} {}

  void play(Dice& dice) {
    switch (dice.below(10)) {
      case 0:
      case 1:
      case 2:
        return static_cast<void>(change(dice, alone(), model_));
      case 3:
        return play_transaction(dice);
      default:
        return look(dice, alone(), model_);
    }
  }

  /// A walk by cursors, forwards from the beginning and back from where it ends, while `meanwhile`
  /// is called between pages.
  template <class Meanwhile>
  void walk(Dice& dice, Meanwhile meanwhile) {
    const Order order = dice.one_in(2) ? Order::newest_first : Order::oldest_first;
    const Asked asked = random_query(dice, order);
    PageRequest request{.limit = 1 + dice.below(6), .order = order};
    const Repository<Item> items = alone().items;

    Moved moved{asked};
    const std::vector<Item> before = rows_of(model_, asked);
    const int max_pages = dice.one_in(2) ? 1000 : 1 + dice.below(4);
    std::vector<Item> walked;
    tenancy::Page<Item> page;
    tenancy::Page<Item> last_page;
    bool at_end = false;
    for (int pages = 0; pages < max_pages && !at_end; ++pages) {
      page = must(items.list(asked.query, request));
      CHECK(page.items.size() <= static_cast<std::size_t>(request.limit));
      std::ranges::copy(page.items, std::back_inserter(walked));
      // Rows may move in front of a walk again and again, but not for ever.
      REQUIRE(walked.size() < 10'000);
      if (!page.items.empty()) {
        last_page = page;
      }
      at_end = !page.next_cursor.has_value();
      request.cursor = page.next_cursor;
      const Model former = model_;
      meanwhile();
      moved.note(former, model_);
    }
    std::vector<Key> expected = moved.without(before);
    const std::vector<Key> came = moved.without(walked);
    if (at_end) {
      CHECK(came == expected);
    } else {
      // As far as it went.
      REQUIRE(came.size() <= expected.size());
      expected.resize(came.size());
      CHECK(came == expected);
    }
    if (last_page.items.empty()) {
      return;
    }

    // Back from the first row of the last page.
    const Item place = last_page.items.front();
    Moved moved_back{asked};
    std::vector<Item> in_front;
    for (const Item& row : rows_of(model_, asked)) {
      if (asked.compare(row, place) < 0) {
        in_front.push_back(row);
      }
    }
    std::vector<Item> back;
    request.cursor = last_page.previous_cursor;
    while (request.cursor) {
      page = must(items.list(asked.query, request));
      back.insert(back.begin(), page.items.begin(), page.items.end());
      REQUIRE(back.size() < 10'000);
      request.cursor = page.previous_cursor;
      const Model former = model_;
      meanwhile();
      moved_back.note(former, model_);
    }
    if (last_page.previous_cursor) {
      CHECK(moved_back.without(back) == moved_back.without(in_front));
    }
  }

  void change_alone(Dice& dice) { change(dice, alone(), model_); }

  void compare_all() const {
    const Repositories rows = alone();
    CHECK(must(rows.items.count()) == static_cast<std::int64_t>(model_.items.size()));
    CHECK(must(rows.people.count()) == static_cast<std::int64_t>(model_.people.size()));
    for (const auto& [key, stored] : model_.items) {
      const auto found = must(rows.items.require_versioned({key.first, key.second}));
      CHECK((found.row == stored.row));
      CHECK(found.version.value() == stored.version);
    }
  }

 private:
  [[nodiscard]] Repositories alone() const {
    return {{test_.store, context_}, {test_.store, context_}};
  }

  /// The error that writing this row must give, if any.
  static std::optional<errc> refusal(const Model& model, const Item& item) {
    if (item.weight && std::isnan(*item.weight)) {
      return errc::invalid_value;
    }
    return model.refers_well(item) ? std::nullopt : std::optional{errc::reference_violation};
  }

  template <class T>
  static bool check_outcome(const Result<T>& result, std::optional<errc> expected) {
    if (expected) {
      CHECK(code_of(result) == *expected);
      return false;
    }
    must(result);
    return true;
  }

  void change(Dice& dice, const Repositories& rows, Model& model) {
    Item item = random_item(dice);
    if (dice.one_in(30)) {
      item.weight = std::nan("");
    }
    const Key key = key_of(item);
    const auto found = model.items.find(key);
    const bool exists = found != model.items.end();
    const auto now = test_.clock->now();
    const auto stored_as_new = [&](Item row) {
      row.created_at = now;
      row.updated_at = now;
      return row;
    };
    const auto stored_as_changed = [&](Item row) {
      row.created_at = found->second.row.created_at;
      row.updated_at = now;
      return row;
    };
    switch (dice.below(11)) {
      case 0:
      case 1: {
        auto expected = refusal(model, item);
        if (expected != errc::invalid_value && exists) {
          expected = errc::already_exists;
        }
        const auto result = rows.items.insert(item);
        if (check_outcome(result, expected)) {
          CHECK((result.value() == stored_as_new(item)));
          model.items[key] = {stored_as_new(item)};
        }
        return;
      }
      case 2:
        return insert_many(dice, rows, model);
      case 3: {
        auto expected = refusal(model, item);
        if (expected != errc::invalid_value && !exists) {
          expected = errc::not_found;
        }
        const auto result = rows.items.update(item);
        if (check_outcome(result, expected)) {
          found->second = {stored_as_changed(item), found->second.version + 1};
          CHECK(result.value().updated_at == now);
        }
        return;
      }
      case 4: {
        const std::int64_t version = exists ? found->second.version - (dice.one_in(3) ? 1 : 0) : 1;
        auto expected = refusal(model, item);
        if (expected != errc::invalid_value) {
          if (!exists) {
            expected = errc::not_found;
          } else if (version != found->second.version) {
            expected = errc::version_conflict;
          }
        }
        const auto result = rows.items.update(tenancy::Versioned<Item>{item, RowVersion{version}});
        if (check_outcome(result, expected)) {
          found->second = {stored_as_changed(item), version + 1};
          CHECK(result.value().version.value() == version + 1);
        }
        return;
      }
      case 5:
      case 6:
        return change_columns(dice, rows, model, item);
      case 7: {
        const auto result = rows.items.upsert(item);
        if (check_outcome(result, refusal(model, item))) {
          if (exists) {
            found->second = {stored_as_changed(item), found->second.version + 1};
          } else {
            model.items[key] = {stored_as_new(item)};
          }
          CHECK((result.value() == model.items[key].row));
        }
        return;
      }
      case 8: {
        const auto expected = exists ? std::nullopt : std::optional{errc::not_found};
        if (check_outcome(rows.items.erase({key.first, key.second}), expected)) {
          model.items.erase(found);
        }
        return;
      }
      case 9: {
        const std::int64_t version = exists ? found->second.version - (dice.one_in(3) ? 1 : 0) : 1;
        std::optional<errc> expected;
        if (!exists) {
          expected = errc::not_found;
        } else if (version != found->second.version) {
          expected = errc::version_conflict;
        }
        if (check_outcome(rows.items.erase({key.first, key.second}, RowVersion{version}),
                          expected)) {
          model.items.erase(found);
        }
        return;
      }
      default:
        return change_person(dice, rows, model);
    }
  }

  void insert_many(Dice& dice, const Repositories& rows, Model& model) {
    std::vector<Item> items;
    for (int i = dice.one_in(200) ? 300 : dice.below(6); i > 0; --i) {
      items.push_back(random_item(dice));
      if (dice.one_in(3)) {
        items.back().number = 1000 + dice.below(1'000'000);
      }
    }
    Model after = model;
    bool is_good = true;
    for (Item item : items) {
      is_good = is_good && !refusal(model, item) && !after.items.contains(key_of(item));
      item.created_at = item.updated_at = test_.clock->now();
      after.items[key_of(item)] = {item};
    }
    const auto result = rows.items.insert_many(items);
    REQUIRE(result.has_value() == is_good);
    if (is_good) {
      REQUIRE(result.value().size() == items.size());
      for (const Item& item : result.value()) {
        CHECK((after.items.at(key_of(item)).row == item));
      }
      model = std::move(after);
    } else {
      const errc code = result.error().code();
      CHECK((code == errc::already_exists || code == errc::reference_violation));
    }
    // Few, so that walks stay short.
    while (model.items.size() > 60) {
      const auto last = std::prev(model.items.end());
      must(rows.items.erase({last->first.first, last->first.second}));
      model.items.erase(last);
    }
  }

  void change_columns(Dice& dice, const Repositories& rows, Model& model, const Item& item) {
    const auto found = model.items.find(key_of(item));
    const bool exists = found != model.items.end();
    Changes<Item> changes;
    Item after = exists ? found->second.row : Item{};
    bool sets_nan = false;
    const auto maybe = [&]<auto Member>(std::type_identity<tenancy::Field<Member>>) {
      if (dice.one_in(3)) {
        changes.set<Member>(item.*Member);
        after.*Member = item.*Member;
        if constexpr (std::is_same_v<decltype(Member), std::optional<double> Item::*>) {
          sets_nan = item.weight && std::isnan(*item.weight);
        }
      }
    };
    maybe(std::type_identity<tenancy::Field<&Item::title>>{});
    maybe(std::type_identity<tenancy::Field<&Item::note>>{});
    maybe(std::type_identity<tenancy::Field<&Item::points>>{});
    maybe(std::type_identity<tenancy::Field<&Item::weight>>{});
    maybe(std::type_identity<tenancy::Field<&Item::priority>>{});
    maybe(std::type_identity<tenancy::Field<&Item::done>>{});
    maybe(std::type_identity<tenancy::Field<&Item::owner>>{});

    std::optional<std::int64_t> version;
    if (dice.one_in(3)) {
      version = exists ? found->second.version - (dice.one_in(3) ? 1 : 0) : 1;
    }
    std::optional<errc> expected;
    if (sets_nan) {
      expected = errc::invalid_value;
    } else if (!exists) {
      expected = errc::not_found;
    } else if (version && *version != found->second.version) {
      expected = errc::version_conflict;
    } else if (!model.refers_well(after)) {
      expected = errc::reference_violation;
    }
    const auto result =
        version ? rows.items.update({item.project, item.number}, changes, RowVersion{*version})
                : rows.items.update({item.project, item.number}, changes);
    if (check_outcome(result, expected) && !changes.empty()) {
      after.updated_at = test_.clock->now();
      found->second = {after, found->second.version + 1};
    }
  }

  void change_person(Dice& dice, const Repositories& rows, Model& model) {
    const std::string id = "p" + std::to_string(dice.below(4));
    if (dice.one_in(3)) {
      const bool is_owner = std::ranges::any_of(
          model.items, [&](const auto& entry) { return entry.second.row.owner == id; });
      std::optional<errc> expected;
      if (!model.people.contains(id)) {
        expected = errc::not_found;
      } else if (is_owner) {
        expected = errc::reference_violation;
      }
      if (check_outcome(rows.people.erase(id), expected)) {
        model.people.erase(id);
      }
    } else {
      const Person person{id, dice.of(titles)};
      CHECK(must(rows.people.upsert(person)) == person);
      model.people[id] = person;
    }
  }

  void look(Dice& dice, const Repositories& rows, const Model& model) {
    const Order order = dice.one_in(2) ? Order::newest_first : Order::oldest_first;
    switch (dice.below(6)) {
      case 0: {
        const Item item = random_item(dice);
        const auto found = model.items.find(key_of(item));
        const bool exists = found != model.items.end();
        const auto read = must(rows.items.find_versioned({item.project, item.number}));
        REQUIRE(read.has_value() == exists);
        CHECK(must(rows.items.exists({item.project, item.number})) ==
              (exists ? Presence::present : Presence::absent));
        if (exists) {
          CHECK((read->row == found->second.row));
          CHECK(read->version.value() == found->second.version);
          CHECK((must(rows.items.require({item.project, item.number})) == read->row));
        }
        return;
      }
      case 1: {
        const Asked asked = random_query(dice, order);
        const auto expected = rows_of(model, asked);
        CHECK(must(rows.items.count(asked.query)) == static_cast<std::int64_t>(expected.size()));
        CHECK(must(rows.items.exists(asked.query)) ==
              (expected.empty() ? Presence::absent : Presence::present));
        return;
      }
      case 2: {
        const Asked asked = random_query(dice, order);
        const auto expected = rows_of(model, asked);
        const std::int64_t limit = 1 + dice.below(10);
        const std::int64_t number = 1 + dice.below(3);
        const auto page =
            must(rows.items.list(asked.query, {.limit = limit, .number = number, .order = order}));
        const auto begin =
            std::min(expected.size(), static_cast<std::size_t>(limit * (number - 1)));
        const auto end = std::min(expected.size(), begin + static_cast<std::size_t>(limit));
        CHECK(
            (page.items == std::vector<Item>(expected.begin() + static_cast<std::ptrdiff_t>(begin),
                                             expected.begin() + static_cast<std::ptrdiff_t>(end))));
        CHECK(page.numbers->total == static_cast<std::int64_t>(expected.size()));
        CHECK(page.has_next == (end < expected.size()));
        return;
      }
      case 3: {
        const Asked asked = random_query(dice, Order::oldest_first);
        std::vector<Item> visited;
        must(rows.items.for_each(asked.query, [&](const Item& item) { visited.push_back(item); }));
        CHECK((visited == rows_of(model, asked)));
        return;
      }
      case 4:
        return compare_aggregates(rows, model, random_query(dice, order));
      default:
        return compare_children(dice, rows, model);
    }
  }

  static void compare_aggregates(const Repositories& rows, const Model& model, const Asked& asked) {
    std::int64_t sum = 0;
    std::optional<double> least;
    std::optional<std::string> greatest;
    std::map<std::optional<std::string>, std::int64_t> counts;
    for (const Item& row : rows_of(model, asked)) {
      sum += row.points;
      if (row.weight) {
        least = std::min(*row.weight, least.value_or(*row.weight));
      }
      greatest = std::max(row.title, greatest.value_or(row.title));
      ++counts[row.note];
    }
    CHECK(must(rows.items.aggregate(tenancy::sum_of<&Item::points>, asked.query)) == sum);
    CHECK(must(rows.items.aggregate(tenancy::min_of<&Item::weight>, asked.query)) == least);
    CHECK(must(rows.items.aggregate(tenancy::max_of<&Item::title>, asked.query)) == greatest);
    const auto groups =
        must(rows.items.aggregate_by<&Item::note>(tenancy::count_rows, asked.query));
    REQUIRE(groups.size() == counts.size());
    CHECK(std::ranges::equal(groups, counts, [](const auto& group, const auto& count) {
      return group.key == count.first && group.value == count.second;
    }));
  }

  static void compare_children(Dice& dice, const Repositories& rows, const Model& model) {
    const Asked asked = random_query(dice, Order::oldest_first);
    std::vector<Person> parents;
    std::set<std::string> seen;
    std::vector<std::vector<Item>> expected;
    for (int i = dice.below(6); i > 0; --i) {
      const std::string id = "p" + std::to_string(dice.below(5));
      parents.push_back({id, ""});
      expected.emplace_back();
      if (seen.insert(id).second) {
        for (const Item& row : rows_of(model, asked)) {
          if (row.owner == id) {
            expected.back().push_back(row);
          }
        }
      }
    }
    CHECK((must(rows.items.children_of<&Item::owner>(parents, asked.query)) == expected));
  }

  /// Several calls that are kept together or, at random, dropped together.
  void play_transaction(Dice& dice) {
    Model draft = model_;
    const bool keep = dice.below(3) != 0;
    const auto outcome =
        test_.store.write(context_, [&](tenancy::WriteTransaction& tx) -> Result<void> {
          const Repositories rows{Repository<Item>{tx}, Repository<Person>{tx}};
          for (int i = dice.below(8); i >= 0; --i) {
            if (dice.one_in(3)) {
              look(dice, rows, draft);
            } else {
              change(dice, rows, draft);
            }
          }
          if (!keep) {
            return tenancy::Error{errc::cancelled, "dropped"};
          }
          return tenancy::success();
        });
    REQUIRE(outcome.has_value() == keep);
    if (keep) {
      model_ = std::move(draft);
    }
  }

  const TestStore& test_;
  tenancy::TenantContext context_;
  Model model_;
};

std::uint64_t seed() {
  const char* const given = std::getenv("TENANCY_TEST_SEED");
  return given != nullptr ? std::stoull(given) : std::random_device{}();
}

}  // namespace

TEST_CASE("random work with queries, versions and walks agrees with a model of each tenant") {
  const auto chosen = seed();
  std::cout << "TENANCY_TEST_SEED=" << chosen << '\n';
  CAPTURE(chosen);
  Dice dice{chosen};
  const TestStore test{{}, tenancy_test::work_schema()};
  const auto initech = test.create_tenant("initech");
  std::vector<Player> players;
  for (const auto& tenant : {test.acme, test.globex, initech}) {
    players.emplace_back(test, tenant);
  }
  const auto any = [&]() -> Player& { return players[static_cast<std::size_t>(dice.below(3))]; };
  const int rounds = std::getenv("TENANCY_TEST_LONG") != nullptr ? 400'000 : 4'000;
  for (int round = 0; round < rounds; ++round) {
    CAPTURE(round);
    test.clock->advance(tenancy::Timestamp::Duration{1});
    Player& player = any();
    if (dice.one_in(8)) {
      player.walk(dice, [&] {
        for (int i = dice.below(4); i > 0; --i) {
          any().change_alone(dice);
        }
      });
    } else {
      player.play(dice);
    }
  }
  for (const Player& player : players) {
    player.compare_all();
  }
}
