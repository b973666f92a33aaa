#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <forward_list>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tenancy/core/export.hpp"
#include "tenancy/core/tenant_context.hpp"
#include "tenancy/data/codec.hpp"
#include "tenancy/data/field.hpp"
#include "tenancy/data/repository.hpp"
#include "tenancy/testing/factory.hpp"
#include "tenancy/testing/isolation_report.hpp"
#include "tenancy/testing/temporary_store.hpp"

namespace tenancy::inline v0::testing {

/// Holds a program's repositories, tables and functions against two tenants that have rows under
/// the same keys: whatever is done as the one, the other's rows stay as they are and are not seen.
///
///     IsolationCheck check{store};
///     const auto notes = check.repository(make_notes());        // parents first
///     check.operation("front_page", [&](const TenantContext& context) { ... });
///     const auto report = check.finish();
///     CHECK_MESSAGE(report.holds(), report.to_string());
///
/// It fills the store with rows of two tenants of its own, and leaves them there.
/// Ownership: borrows the store. Thread safety: thread-compatible.
class TENANCY_API IsolationCheck {
 public:
  explicit IsolationCheck(const TemporaryStore& store);
  IsolationCheck(const IsolationCheck&) = delete;
  IsolationCheck& operator=(const IsolationCheck&) = delete;
  ~IsolationCheck();

  /// Runs the operations of `Repository<T>` as one tenant beside rows of the other. The factory
  /// tells its rows apart by its running number. Gives the rows of the other tenant, whose keys
  /// rows of both have, for factories of rows that refer to them.
  template <Entity T>
  std::vector<T> repository(Factory<T> rows) {
    return Run<T>{*this, std::move(rows)}.run();
  }

  /// Runs a function of the program's own as one tenant after it ran as the other. What it gives
  /// the one, as text, may hold no text that only the other's rows hold (of four bytes or more),
  /// and it may not change the other's rows. A failure is as good as a text.
  IsolationCheck& operation(std::string_view name,
                            const std::function<Result<std::string>(const TenantContext&)>& run);

  /// A table that is looked at elsewhere.
  IsolationCheck& leave_out(std::string_view table);

  /// What was found, and which tables of tenants nobody looked at.
  [[nodiscard]] IsolationReport finish() const;

 private:
  /// The rows of a tenant as SQL sees them, as texts, by table.
  using Rows = std::map<std::string, std::multiset<std::string>>;

  template <Entity T>
  class Run;

  void find(std::string_view subject, std::string_view step, std::string what);
  void begin(std::string_view table);
  /// Compares the other tenant's rows, in all tables, with what they were when `begin` was called.
  void look_at_other(std::string_view subject, std::string_view step);
  [[nodiscard]] Rows rows_of(const TenantContext& context) const;
  /// A text for each value, which no other value has.
  static std::string text_of(const tenancy::detail::ValueView& value);

  const TemporaryStore& store_;
  const TenantContext one_;
  const TenantContext other_;
  Rows before_;
  std::set<std::string, std::less<>> tables_;
  IsolationReport report_;
};

/// The operations of one repository.
template <Entity T>
class IsolationCheck::Run {
 public:
  Run(IsolationCheck& check, Factory<T> rows)
      : check_{check},
        rows_{std::move(rows)},
        mine_{check.store_.store(), check.one_},
        theirs_{check.store_.store(), check.other_} {}

  std::vector<T> run() {
    others_ = rows_.create_many(theirs_, count);
    for (const T& row : others_) {
      foreign_.insert(text_of(row));
    }
    check_.begin(table);
    step("insert", [&] { fill(); });
    step("list", [&] { read_all(); });
    step("cursors", [&] { exchange_cursors(); });
    step("find", [&] { find_each(); });
    step("count", [&] { expect_count(count); });
    if constexpr (!Traits::updated.empty()) {
      step("update", [&] {
        for (const T& row : others_) {
          note(mine_.update(with_key_of(rows_.make(), row)));
        }
        read_all();
      });
    }
    step("upsert", [&] {
      for (const T& row : others_) {
        note(mine_.upsert(with_key_of(rows_.make(), row)));
      }
      read_all();
    });
    step("erase", [&] { note(mine_.erase(key_of(others_.front()))); });
    step("erase_where", [&] { erase_all(); });
    step("after erasing", [&] { miss_each(); });
    step("insert_many", [&] {
      std::vector<T> rows;
      for (const T& row : others_) {
        rows.push_back(with_key_of(rows_.make(), row));
      }
      note(mine_.insert_many(std::move(rows)));
      read_all();
    });
    return others_;
  }

 private:
  using Traits = tenancy::detail::EntityTraits<T>;
  using KeyArgument = typename Repository<T>::KeyArgument;

  static constexpr std::size_t count = 3;
  static constexpr std::string_view table = Traits::table;

  template <class Body>
  void step(std::string_view name, Body body) {
    step_ = name;
    body();
    // The other's rows through its own repository, and through SQL.
    std::multiset<std::string> seen;
    note(theirs_.for_each(Query<T>{}, [&](const T& row) { seen.insert(text_of(row)); }));
    if (seen != foreign_) {
      found("the other tenant's repository gives other rows than before");
    }
    check_.look_at_other(table, step_);
  }

  void found(std::string what) { check_.find(table, step_, std::move(what)); }
  template <class Value>
  void note(const Result<Value>& result) {
    if (!result) {
      found("failed: " + std::string{to_string(result.error().code())});
    }
  }

  void fill() {
    for (const T& row : others_) {
      T own = with_key_of(rows_.make(), row);
      auto stored = mine_.insert(std::move(own));
      note(stored);
      if (stored && foreign_.contains(text_of(stored.value()))) {
        found("rows of two tenants cannot be told apart: let the factory put its number into them");
      }
    }
  }

  void read_all() {
    std::size_t rows = 0;
    const auto look = [&](const T& row) {
      ++rows;
      if (foreign_.contains(text_of(row))) {
        found("a row of the other tenant came back");
      }
    };
    note(mine_.for_each(Query<T>{}, look));
    if (rows != count) {
      found("gave " + std::to_string(rows) + " rows in the place of " + std::to_string(count));
    }
    const auto page = mine_.list();
    note(page);
    if (page) {
      std::ranges::for_each(page.value().items, look);
    }
  }

  void exchange_cursors() {
    const auto page = theirs_.list(PageRequest{.limit = 1});
    note(page);
    if (!page) {
      return;
    }
    if (!page.value().next_cursor) {
      found("the other tenant's list has no cursor");
      return;
    }
    const auto taken = mine_.list(PageRequest{.limit = 1, .cursor = *page.value().next_cursor});
    if (taken || taken.error() != errc::invalid_cursor) {
      found("the other tenant's cursor was taken");
    }
  }

  void find_each() {
    for (const T& row : others_) {
      const auto mine = mine_.find(key_of(row));
      note(mine);
      if (mine && (!mine.value() || foreign_.contains(text_of(*mine.value())))) {
        found("under a key that both have, the own row did not come back");
      }
    }
  }

  /// None of the keys that only the other tenant has now is of any use.
  void miss_each() {
    expect_count(0);
    for (const T& row : others_) {
      const auto found_row = mine_.find(key_of(row));
      note(found_row);
      if (found_row && found_row.value()) {
        found("a row that only the other tenant has was found");
      }
      const auto exists = mine_.exists(key_of(row));
      note(exists);
      if (exists && exists.value() == Presence::present) {
        found("a row that only the other tenant has exists for this one");
      }
      if (const auto erased = mine_.erase(key_of(row));
          erased || erased.error() != errc::not_found) {
        found("a row that only the other tenant has could be erased");
      }
      if constexpr (!Traits::updated.empty()) {
        if (const auto updated = mine_.update(row); updated || updated.error() != errc::not_found) {
          found("a row that only the other tenant has could be updated");
        }
      }
    }
  }

  void erase_all() {
    // Of a key that both have, all rows: none is to be the other's.
    constexpr auto member = std::get<Traits::keys[0]>(Traits::columns).member;
    const auto& value = Traits::template member<Traits::keys[0]>(others_.front());
    const auto erased =
        mine_.erase_where(tenancy::field<member> == value || tenancy::field<member> != value);
    note(erased);
    if (erased && erased.value() != static_cast<std::int64_t>(count) - 1) {
      found("a condition that holds for all rows met " + std::to_string(erased.value()));
    }
  }

  void expect_count(std::int64_t expected) {
    const auto counted = mine_.count();
    note(counted);
    if (counted && counted.value() != expected) {
      found("counted " + std::to_string(counted.value()) + " rows in the place of " +
            std::to_string(expected));
    }
  }

  template <std::size_t... Part>
  static KeyArgument argument_of(const T& row, std::index_sequence<Part...> /*parts*/) {
    return KeyArgument{Traits::template member<Traits::keys[Part]>(row)...};
  }
  /// Borrows from the row.
  static KeyArgument key_of(const T& row) {
    return argument_of(row, std::make_index_sequence<Traits::keys.size()>{});
  }

  template <std::size_t... Part>
  static void copy_key(T& row, const T& from, std::index_sequence<Part...> /*parts*/) {
    ((Traits::template member<Traits::keys[Part]>(row) =
          Traits::template member<Traits::keys[Part]>(from)),
     ...);
  }
  static T with_key_of(T row, const T& from) {
    copy_key(row, from, std::make_index_sequence<Traits::keys.size()>{});
    return row;
  }

  /// All columns as they are stored.
  static std::string text_of(const T& row) {
    std::string text;
    std::forward_list<std::string> copies;
    tenancy::detail::for_each_column<T>([&]<std::size_t Index>() {
      using Value = typename Traits::template Value<Index>;
      tenancy::detail::ValueView view{};
      Codec<Value>::bind(tenancy::detail::ValueAccess::parameter(view, copies),
                         Traits::template member<Index>(row));
      text += IsolationCheck::text_of(view);
    });
    return text;
  }

  IsolationCheck& check_;
  Factory<T> rows_;
  Repository<T> mine_;
  Repository<T> theirs_;
  std::vector<T> others_;
  std::multiset<std::string> foreign_;
  std::string step_;
};

}  // namespace tenancy::inline v0::testing
