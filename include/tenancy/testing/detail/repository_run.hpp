#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tenancy/data/aggregate.hpp"
#include "tenancy/data/field.hpp"
#include "tenancy/data/repository.hpp"
#include "tenancy/testing/detail/entity_keys.hpp"
#include "tenancy/testing/detail/foreign_values.hpp"
#include "tenancy/testing/detail/isolation_watch.hpp"
#include "tenancy/testing/factory.hpp"

namespace tenancy::inline v0::testing::detail {

/// The operations of one repository, as one tenant beside rows of the other under the same keys.
template <Entity T>
class RepositoryRun {
 public:
  RepositoryRun(IsolationWatch& watch, Factory<T> rows)
      : watch_{watch},
        rows_{std::move(rows)},
        mine_{watch.store().store(), watch.one()},
        theirs_{watch.store().store(), watch.other()} {}

  /// Leaves rows of both. Gives the other's.
  std::vector<T> run() {
    if (!prepare()) {
      return others_;
    }
    step("insert", [&] { insert_each(); });
    step("list", [&] { list_all(); });
    step("query", [&] { ask_for_all(); });
    step("aggregate", [&] { aggregate_all(); });
    step("find", [&] { find_each(); });
    step("children_of", [&] { find_children(); });
    step("cursor", [&] { exchange_cursors(); });
    if constexpr (!Traits::updated.empty()) {
      step("update", [&] { update_each(); });
    }
    step("changes", [&] { change_each(); });
    if constexpr (Traits::has_version) {
      step("versions", [&] { update_versions(); });
    }
    step("upsert", [&] { upsert_each(); });
    step("erase", [&] { note(mine_.erase(key_of(others_.front()))); });
    step("erase_where", [&] { erase_all(rows_each - 1); });
    step("another's key", [&] { miss_each(); });
    step("upsert of another's key", [&] { upsert_each(); });
    step("erase_where", [&] { erase_all(rows_each); });
    step("another's values", [&] { insert_their_values(); });
    step("insert_many", [&] { insert_many(); });
    return others_;
  }

 private:
  using Traits = tenancy::detail::EntityTraits<T>;

  static constexpr std::size_t rows_each = 3;
  static constexpr std::string_view table = Traits::table;
  template <std::size_t Index>
  static constexpr auto member = std::get<Index>(Traits::columns).member;

  /// Whether the other tenant has its rows. A failure does not end the process, which would take
  /// with it what was found before, such as that the rows that these refer to were erased.
  bool prepare() {
    watch_.cover(table);
    step_ = "set-up";
    bool stored = true;
    for (std::size_t i = 0; i < rows_each; ++i) {
      T row = rows_.make();
      auto inserted = theirs_.insert(row);
      stored = note(inserted) && stored;
      others_.push_back(inserted ? std::move(inserted).value() : std::move(row));
    }
    if (!stored) {
      return false;
    }
    if constexpr (Traits::has_version) {
      // So that the versions of the two tenants' rows differ.
      for (const T& row : others_) {
        note(theirs_.update(row));
      }
    }
    for (const T& row : others_) {
      values_.add_foreign(row);
      their_rows_.insert(stored_text_of_row(row));
    }
    watch_.begin(table);
    return true;
  }

  template <class Body>
  void step(std::string_view name, Body body) {
    step_ = name;
    body();
    std::multiset<std::string> seen;
    note(theirs_.for_each(Query<T>{}, [&](const T& row) { seen.insert(stored_text_of_row(row)); }));
    if (seen != their_rows_) {
      found("the other tenant's repository gives other rows than before");
    }
    watch_.look(table, step_);
  }

  void found(std::string what) { watch_.find(table, step_, std::move(what)); }
  template <class Value>
  bool note(const Result<Value>& result) {
    if (!result) {
      found("failed: " + std::string{to_string(result.error().code())});
    }
    return result.has_value();
  }

  /// A fresh row of the one tenant under a key that the other has.
  T own_row(const T& key_from) {
    T row = with_key_of(rows_.make(), key_from);
    values_.add_own(row);
    return row;
  }

  void look_at(const T& row) {
    if (const std::string_view column = values_.column_in(row); !column.empty()) {
      found("a value that only the other tenant has came back in '" + std::string{column} + "'");
    }
  }
  void expect(std::string_view what, std::int64_t seen, std::size_t expected = rows_each) {
    if (!std::cmp_equal(seen, expected)) {
      found(std::string{what} + ": " + std::to_string(seen) + " in the place of " +
            std::to_string(expected));
    }
  }

  /// Holds for every row, though it asks of the first part of the key.
  [[nodiscard]] auto everything() const {
    constexpr std::size_t key = Traits::keys[0];
    const auto& value = Traits::template member<key>(others_.front());
    return tenancy::field<member<key>> == value || tenancy::field<member<key>> != value;
  }

  void insert_each() {
    for (const T& row : others_) {
      const T own = own_row(row);
      if (!values_.tells_apart(own)) {
        found("rows of two tenants cannot be told apart: let the factory put its number into them");
      }
      note(mine_.insert(own));
    }
  }

  void list_all() {
    walk(Query<T>{});
    walk(Query<T>{everything()});
    const auto numbered = mine_.list(PageRequest{.number = 1});
    if (note(numbered) && numbered.value().numbers) {
      expect("the total of a numbered page", numbered.value().numbers->total);
    }
  }
  /// To the end by cursors, and back.
  void walk(const Query<T>& query) {
    const auto first = mine_.list(query, PageRequest{.limit = 2});
    if (!note(first)) {
      return;
    }
    std::size_t rows = look_at_page(first.value());
    if (!first.value().next_cursor) {
      expect("rows of a list", static_cast<std::int64_t>(rows));
      return;
    }
    const auto next = mine_.list(query, {.limit = 2, .cursor = first.value().next_cursor});
    if (!note(next)) {
      return;
    }
    rows += look_at_page(next.value());
    expect("rows of a list", static_cast<std::int64_t>(rows));
    if (next.value().previous_cursor) {
      const auto back = mine_.list(query, {.limit = 2, .cursor = next.value().previous_cursor});
      if (note(back)) {
        look_at_page(back.value());
      }
    }
  }
  std::size_t look_at_page(const Page<T>& page) {
    for (const T& row : page.items) {
      look_at(row);
    }
    return page.items.size();
  }

  void visit_all() {
    std::int64_t rows = 0;
    note(mine_.for_each(Query<T>{everything()}, [&](const T& row) {
      ++rows;
      look_at(row);
    }));
    expect("rows of a visit", rows);
  }

  void ask_for_all() {
    visit_all();
    for (const auto& query : {Query<T>{}, Query<T>{everything()}}) {
      if (const auto counted = mine_.count(query); note(counted)) {
        expect("a count", counted.value());
      }
      if (const auto exists = mine_.exists(query); note(exists)) {
        expect("rows that exist", exists.value() == Presence::present ? 1 : 0, 1);
      }
      if (const auto first = mine_.first(query); note(first) && first.value()) {
        look_at(*first.value());
      }
    }
    note(watch_.store().store().read(watch_.one(), [&](ReadTransaction& transaction) {
      return ReadRepository<T>{transaction}.for_each(Query<T>{},
                                                     [&](const T& row) { look_at(row); });
    }));
  }

  void aggregate_all() {
    if (const auto counted = mine_.aggregate(count_rows); note(counted)) {
      expect("an aggregate's count", counted.value());
    }
    tenancy::detail::for_each_column<T>([&]<std::size_t Index>() {
      const auto see = [&](const auto& value) {
        if (values_.template holds<Index>(value)) {
          found("a value that only the other tenant has is in an aggregate over '" +
                std::string{Traits::names[Index]} + "'");
        }
      };
      using Compared = tenancy::detail::ComparedOf<member<Index>>;
      const auto groups = mine_.template aggregate_by<member<Index>>(count_rows);
      if (note(groups)) {
        std::int64_t rows = 0;
        for (const auto& group : groups.value()) {
          see(group.key);
          rows += group.value;
        }
        expect("rows in groups", rows);
      }
      if constexpr (tenancy::detail::is_ordered<Compared>) {
        for (const auto& extreme :
             {mine_.aggregate(min_of<member<Index>>), mine_.aggregate(max_of<member<Index>>)}) {
          if (note(extreme) && extreme.value()) {
            see(*extreme.value());
          }
        }
      }
    });
  }

  void find_each() {
    for (const T& row : others_) {
      if (const auto mine = mine_.require(key_of(row)); note(mine)) {
        look_at(mine.value());
      }
      if (const auto mine = mine_.find(key_of(row)); note(mine) && mine.value()) {
        look_at(*mine.value());
      }
      if (const auto exists = mine_.exists(key_of(row)); note(exists)) {
        expect("rows that exist", exists.value() == Presence::present ? 1 : 0, 1);
      }
    }
  }

  void find_children() {
    [&]<std::size_t... Part>(std::index_sequence<Part...>) {
      (children_by<Part>(), ...);
    }(std::make_index_sequence<std::tuple_size_v<decltype(Traits::mapping.parts)>>{});
  }
  template <std::size_t Part>
  void children_by() {
    using Reference = std::tuple_element_t<Part, decltype(Traits::mapping.parts)>;
    if constexpr (tenancy::detail::is_foreign_key<std::remove_cv_t<Reference>>) {
      children_by_members<Part>(std::get<Part>(Traits::mapping.parts));
    }
  }
  template <std::size_t Part, class Parent, class... Members>
  void children_by_members(const mapping::ForeignKey<Parent, Members...>& /*reference*/) {
    const Repository<Parent> parents{watch_.store().store(), watch_.other()};
    const auto page = parents.list(PageRequest{.limit = PageRequest::max_limit});
    if (!note(page)) {
      return;
    }
    const auto children = [&]<std::size_t... Member>(std::index_sequence<Member...>) {
      return mine_
          .template children_of<std::get<Member>(std::get<Part>(Traits::mapping.parts).members)...>(
              page.value().items);
    }(std::index_sequence_for<Members...>{});
    if (note(children)) {
      for (const auto& of_parent : children.value()) {
        for (const T& row : of_parent) {
          look_at(row);
        }
      }
    }
  }

  void exchange_cursors() {
    for (const auto& query : {Query<T>{}, Query<T>{everything()}}) {
      const auto first = theirs_.list(query, PageRequest{.limit = 2});
      if (!note(first)) {
        continue;
      }
      refuse_cursor(query, first.value().next_cursor);
      const auto next = theirs_.list(query, {.limit = 2, .cursor = first.value().next_cursor});
      if (note(next)) {
        refuse_cursor(query, next.value().previous_cursor);
      }
    }
  }
  void refuse_cursor(const Query<T>& query, const std::optional<std::string>& cursor) {
    if (!cursor) {
      found("the other tenant's list has no cursor");
      return;
    }
    const auto taken = mine_.list(query, {.limit = 2, .cursor = cursor});
    if (taken || taken.error() != errc::invalid_cursor) {
      found("the other tenant's cursor was taken");
    }
  }

  void update_each() {
    for (const T& row : others_) {
      note(mine_.update(own_row(row)));
    }
    visit_all();
  }

  /// All columns that a caller may set, of one fresh row, so that they fit one another.
  void change_each() {
    for (const T& row : others_) {
      note(mine_.update(key_of(row), changes_to(own_row(row))));
    }
    visit_all();
  }
  static Changes<T> changes_to(const T& row) {
    Changes<T> changes;
    tenancy::detail::for_each_column<T>([&]<std::size_t Index>() {
      if constexpr (Traits::is_changeable(Index)) {
        changes.template set<member<Index>>(Traits::template member<Index>(row));
      }
    });
    return changes;
  }

  void update_versions()
    requires(Traits::has_version)
  {
    for (const T& row : others_) {
      const auto mine = mine_.require_versioned(key_of(row));
      const auto theirs = theirs_.require_versioned(key_of(row));
      if (!note(mine) || !note(theirs)) {
        continue;
      }
      look_at(mine.value().row);
      if (mine.value().version == theirs.value().version) {
        found("the two tenants' rows count their versions together");
      }
      note(mine_.update(Versioned<T>{own_row(row), mine.value().version}));
    }
    const auto listed = mine_.list_versioned(Query<T>{});
    if (note(listed)) {
      for (const auto& item : listed.value().items) {
        look_at(item.row);
      }
    }
  }

  void upsert_each() {
    for (const T& row : others_) {
      note(mine_.upsert(own_row(row)));
    }
    visit_all();
  }

  void erase_all(std::size_t expected) {
    if (const auto erased = mine_.erase_where(everything()); note(erased)) {
      expect("rows erased by a condition that holds for all", erased.value(), expected);
    }
  }

  /// To one who has no rows, the keys that the other has are as good as made up.
  void miss_each() {
    if (const auto counted = mine_.count(); note(counted)) {
      expect("a count", counted.value(), 0);
    }
    for (const T& row : others_) {
      const auto key = key_of(row);
      if (const auto mine = mine_.find(key); note(mine) && mine.value()) {
        found("find gave a row that only the other tenant has");
      }
      if (const auto exists = mine_.exists(key); note(exists)) {
        expect("rows that exist", exists.value() == Presence::present ? 1 : 0, 0);
      }
      expect_missing("require", mine_.require(key));
      expect_missing("erase", mine_.erase(key));
      expect_missing("update of columns", mine_.update(key, changes_to(row)));
      if constexpr (!Traits::updated.empty()) {
        expect_missing("update", mine_.update(row));
      }
      if constexpr (Traits::has_version) {
        miss_version(row);
      }
    }
  }
  void miss_version(const T& row)
    requires(Traits::has_version)
  {
    const auto theirs = theirs_.require_versioned(key_of(row));
    if (!note(theirs)) {
      return;
    }
    expect_missing("require_versioned", mine_.require_versioned(key_of(row)));
    expect_missing("update of a version", mine_.update(theirs.value()));
    expect_missing("erase of a version", mine_.erase(key_of(row), theirs.value().version));
    expect_missing("update of a version's columns",
                   mine_.update(key_of(row), changes_to(row), theirs.value().version));
  }
  template <class Value>
  void expect_missing(std::string_view call, const Result<Value>& result) {
    if (result) {
      found(std::string{call} + " reached a row that only the other tenant has");
    } else if (result.error() != errc::not_found) {
      found(std::string{call} + " of another's key is not not_found, but " +
            std::string{to_string(result.error().code())});
    }
  }

  /// What must be unique is so for each tenant.
  void insert_their_values() {
    for (const T& row : others_) {
      if (const auto inserted = mine_.insert(row); !inserted) {
        found("a row with the values of one that only the other tenant has is refused: " +
              std::string{to_string(inserted.error().code())});
      }
    }
    note(mine_.erase_where(everything()));
  }

  void insert_many() {
    std::vector<T> rows;
    for (const T& row : others_) {
      rows.push_back(own_row(row));
    }
    note(mine_.insert_many(std::move(rows)));
    visit_all();
  }

  IsolationWatch& watch_;
  Factory<T> rows_;
  Repository<T> mine_;
  Repository<T> theirs_;
  std::vector<T> others_;
  std::multiset<std::string> their_rows_;
  ForeignValues<T> values_;
  std::string step_;
};

}  // namespace tenancy::inline v0::testing::detail
