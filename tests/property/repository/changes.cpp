#include "property/repository/changes.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <type_traits>

#include <doctest/doctest.h>

namespace tenancy_test::repository {
namespace {

using tenancy::Changes;
using tenancy::errc;
using tenancy::Result;
using tenancy::RowVersion;
using tenancy::Timestamp;

/// The error that writing this row must give, if any.
std::optional<errc> refusal(const Model& model, const Item& item) {
  if (item.weight && std::isnan(*item.weight)) {
    return errc::invalid_value;
  }
  return model.refers_well(item) ? std::nullopt : std::optional{errc::reference_violation};
}

template <class T>
bool check_outcome(const Result<T>& result, std::optional<errc> expected) {
  if (expected) {
    CHECK(code_of(result) == *expected);
    return false;
  }
  must(result);
  return true;
}

void insert_many(Dice& dice, const Repositories& rows, Model& model, Timestamp now) {
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
    item.created_at = item.updated_at = now;
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

void change_columns(Dice& dice, const Repositories& rows, Model& model, const Item& item,
                    Timestamp now) {
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
    after.updated_at = now;
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

}  // namespace

void change(Dice& dice, const Repositories& rows, Model& model, Timestamp now) {
  Item item = random_item(dice);
  if (dice.one_in(30)) {
    item.weight = std::nan("");
  }
  const Key key = key_of(item);
  const auto found = model.items.find(key);
  const bool exists = found != model.items.end();
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
      return insert_many(dice, rows, model, now);
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
      return change_columns(dice, rows, model, item, now);
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
      if (check_outcome(rows.items.erase({key.first, key.second}, RowVersion{version}), expected)) {
        model.items.erase(found);
      }
      return;
    }
    default:
      return change_person(dice, rows, model);
  }
}

}  // namespace tenancy_test::repository
