#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "tenancy/core/page.hpp"
#include "tenancy/data/aggregate.hpp"
#include "tenancy/data/detail/children.hpp"
#include "tenancy/data/detail/entity_sql.hpp"
#include "tenancy/data/detail/keyed_sql.hpp"
#include "tenancy/data/detail/paging.hpp"
#include "tenancy/data/detail/row.hpp"
#include "tenancy/data/detail/session_source.hpp"
#include "tenancy/data/mapping.hpp"
#include "tenancy/data/presence.hpp"
#include "tenancy/data/query.hpp"
#include "tenancy/data/versioned.hpp"
#include "tenancy/data/visit.hpp"
#include "tenancy/storage/store.hpp"
#include "tenancy/storage/transaction.hpp"

namespace tenancy::inline v0 {

template <Entity T>
class Repository;

/// What of one tenant's rows of one table may be read.
///
/// Made from a transaction, it works within it; made from a store and a context, each call is a
/// transaction of its own.
///
/// Isolation: every statement carries the transaction's tenant, and every row that comes back is
/// compared with it; a row of another tenant stops the transaction with `isolation_violation`.
/// Ownership: borrows the transaction, or shares the store. One that is used after its transaction
/// ended stops the process.
/// Thread safety: that of the transaction, or thread-safe when made from a store. Changes made from
/// a store, and the codecs in them, may run on another thread that writes at the same time.
/// Errors: beside those named, each call gives the transaction's, `invalid_row` when a stored value
/// does not fit its member, and `invalid_mapping` when there is no such table or column.
template <Entity T>
class ReadRepository {
 public:
  using BorrowsTransaction = void;
  using Key = typename detail::EntityTraits<T>::Key;
  /// What a key is passed as: texts as views, bytes as spans, integers of any type, keys of several
  /// columns as tuples: `find({project, 3})`.
  using KeyArgument = typename detail::EntityTraits<T>::KeyArgument;

  /// At most so many groups, and children, are given by one call.
  static constexpr std::size_t max_groups = 10'000;
  static constexpr std::size_t max_children = 10'000;

  explicit ReadRepository(ReadTransaction& transaction) : source_{transaction} {}
  /// The options hold for each call.
  ReadRepository(const Store& store, const TenantContext& context, const CallOptions& options = {})
      : source_{store, context, options} {}
  explicit ReadRepository(ReadTransaction&&) = delete;

  /// The row with that key, or nothing. Errors: `invalid_value`, as all calls with a key.
  Result<std::optional<T>> find(const KeyArgument& key) const {
    // One result, which is filled in its place and never moved.
    Result<std::optional<T>> result{std::optional<T>{}};
    settle(result, source_.read([&](detail::Session& session) {
      return find_in(session, key, result.assume_value());
    }));
    return result;
  }

  /// The row with that key. Errors: `not_found`.
  Result<T> require(const KeyArgument& key) const {
    BOOST_OUTCOME_TRY(auto found, find(key));
    if (!found) {
      return missing();
    }
    return *std::move(found);
  }

  /// The row with that key and its version, or nothing.
  Result<std::optional<Versioned<T>>> find_versioned(const KeyArgument& key) const
    requires(detail::EntityTraits<T>::has_version)
  {
    Result<std::optional<Versioned<T>>> result{std::optional<Versioned<T>>{}};
    settle(result, source_.read([&](detail::Session& session) -> Result<void> {
      BOOST_OUTCOME_TRY(auto statement, detail::prepare_find_versioned(session, Traits::layout));
      KeyParameters<0> parameters;
      parameters.add_key(key);
      BOOST_OUTCOME_TRY(parameters.bind(*statement));
      BOOST_OUTCOME_TRY(const bool found, statement->step());
      if (!found) {
        return success();
      }
      auto& row = result.assume_value().emplace();
      std::array<std::int64_t, 1> version{};
      BOOST_OUTCOME_TRY(detail::decode_row(session, *statement, row.row, &version));
      row.version = RowVersion{version[0]};
      return success();
    }));
    return result;
  }

  /// The row with that key and its version. Errors: `not_found`.
  Result<Versioned<T>> require_versioned(const KeyArgument& key) const
    requires(detail::EntityTraits<T>::has_version)
  {
    BOOST_OUTCOME_TRY(auto found, find_versioned(key));
    if (!found) {
      return missing();
    }
    return *std::move(found);
  }

  /// Whether there is a row with that key.
  [[nodiscard]] Result<Presence> exists(const KeyArgument& key) const {
    Result<Presence> result{Presence::absent};
    settle(result, source_.read([&](detail::Session& session) {
      return exists_in(session, key, result.assume_value());
    }));
    return result;
  }
  /// Whether a query has any rows.
  [[nodiscard]] Result<Presence> exists(const Query<T>& query) const {
    Result<Presence> result{Presence::absent};
    settle(result, source_.read([&](detail::Session& session) {
      return detail::any_row(session, Traits::layout, query.code(), result.assume_value());
    }));
    return result;
  }

  /// How many rows a query has; all of the tenant's unless asked otherwise.
  Result<std::int64_t> count(const Query<T>& query = {}) const {
    Result<std::int64_t> result{std::int64_t{0}};
    settle(result, source_.read([&](detail::Session& session) {
      return detail::count_rows(session, Traits::layout, query.code().predicate,
                                result.assume_value());
    }));
    return result;
  }

  /// A part of a query's rows, in its order. Cursors belong to the tenant, the query and its
  /// values, and lead both ways; a list that goes on by them gives each row that stays as it is
  /// once, whatever is inserted, changed or removed meanwhile.
  /// Errors: `invalid_argument` for limits; `invalid_value` for what the query compares with;
  /// `invalid_cursor` for a cursor that this list did not give out.
  /// Complexity: with an index in the query's order, the rows of the page.
  Result<Page<T>> list(const Query<T>& query, const PageRequest& request = {}) const {
    Result<Page<T>> result{Page<T>{}};
    settle(result, read_page_of(request, [&](detail::Session& session) {
             return list_in(session, detail::Selection::rows, query, request, result.assume_value(),
                            [&](const detail::Statement& statement, T& row) {
                              return detail::read_row(session, statement, row);
                            });
           }));
    return result;
  }
  /// A part of all the tenant's rows in the order of their keys, newest first unless asked
  /// otherwise.
  Result<Page<T>> list(const PageRequest& request = {}) const { return list(Query<T>{}, request); }

  /// The same part with the version of each row; cursors are those of `list`.
  Result<Page<Versioned<T>>> list_versioned(const Query<T>& query,
                                            const PageRequest& request = {}) const
    requires(detail::EntityTraits<T>::has_version)
  {
    Result<Page<Versioned<T>>> result{Page<Versioned<T>>{}};
    settle(result, read_page_of(request, [&](detail::Session& session) {
             return list_in(
                 session, detail::Selection::versioned_rows, query, request, result.assume_value(),
                 [&](const detail::Statement& statement, Versioned<T>& item) {
                   std::array<std::int64_t, 1> version{};
                   const auto outcome = detail::read_row(session, statement, item.row, &version);
                   item.version = RowVersion{version[0]};
                   return outcome;
                 });
           }));
    return result;
  }

  /// The first row of a query in its order, oldest first where it has none, or nothing.
  Result<std::optional<T>> first(const Query<T>& query) const {
    Result<std::optional<T>> result{std::optional<T>{}};
    settle(result, source_.read([&](detail::Session& session) -> Result<void> {
      BOOST_OUTCOME_TRY(query.code().check(Traits::table));
      detail::Select select{Traits::layout, detail::Selection::rows, query.code().predicate};
      select.order_by(detail::whole_order(Traits::layout, query.code(), Order::oldest_first));
      select.limit_about(1);
      BOOST_OUTCOME_TRY(auto statement, select.prepare(session));
      BOOST_OUTCOME_TRY(const bool found, statement->step());
      if (!found) {
        return success();
      }
      return detail::decode_row(session, *statement, result.assume_value().emplace());
    }));
    return result;
  }

  /// Gives each row of a query to `visit`, in its order, oldest first where it has none. `visit`
  /// takes a `const T&`, which is another row's at the next call, and returns nothing, a
  /// `Result<void>`, whose failure ends the visit and is passed on, or a `Visit`.
  ///
  /// The rows are those of one snapshot, and memory holds one of them at a time. The query's table
  /// must not be changed in between in the same transaction. `visit` runs within the transaction:
  /// a long one is held to the store's limits, and what
  /// it reads from the store, beside the transaction, needs a second connection for reading.
  template <class Visitor>
  Result<void> for_each(const Query<T>& query, Visitor&& visit) const {
    return source_.read([&](detail::Session& session) { return visit_in(session, query, visit); });
  }

  /// An aggregate over the rows of a query: `aggregate(sum_of<&Note::stars>)`.
  template <class Aggregate>
  Result<typename Aggregate::Value> aggregate(Aggregate /*what*/,
                                              const Query<T>& query = {}) const {
    using Value = typename Aggregate::Value;
    Result<Value> result{Value{}};
    settle(result, source_.read([&](detail::Session& session) -> Result<void> {
      BOOST_OUTCOME_TRY(query.code().check(Traits::table));
      detail::Select select{Traits::layout, Aggregate::selection, query.code().predicate};
      select.of(Aggregate::template column<T>());
      BOOST_OUTCOME_TRY(auto statement, select.prepare(session));
      BOOST_OUTCOME_TRY(statement->step());
      std::array<detail::ValueView, 1> values;
      statement->read_columns(values);
      return read_aggregate<Aggregate>(values[0], result.assume_value());
    }));
    return result;
  }

  /// The same for each value of a column, in their order:
  /// `aggregate_by<&Note::status>(count_rows)`. Errors: `invalid_argument` for more than 10,000
  /// values.
  template <auto Member, class Aggregate>
  Result<std::vector<Group<detail::ValueOf<Member>, typename Aggregate::Value>>> aggregate_by(
      Aggregate /*what*/, const Query<T>& query = {}) const {
    using GroupKey = detail::ValueOf<Member>;
    using Groups = std::vector<Group<GroupKey, typename Aggregate::Value>>;
    constexpr std::size_t column = detail::aggregated_column<Member, T>();
    Result<Groups> result{Groups{}};
    settle(result, source_.read([&](detail::Session& session) -> Result<void> {
      BOOST_OUTCOME_TRY(query.code().check(Traits::table));
      detail::Select select{Traits::layout, Aggregate::selection, query.code().predicate};
      select.of(Aggregate::template column<T>());
      select.group_by(column);
      select.limit(static_cast<std::int64_t>(max_groups) + 1);
      BOOST_OUTCOME_TRY(auto statement, select.prepare(session));
      Groups& groups = result.assume_value();
      while (true) {
        BOOST_OUTCOME_TRY(const bool found, statement->step());
        if (!found) {
          return success();
        }
        if (groups.size() == max_groups) {
          return Error{errc::invalid_argument, "more than 10,000 groups in " +
                                                   std::string{Traits::table} +
                                                   ": ask for fewer by the query"};
        }
        std::array<detail::ValueView, 2> values;
        statement->read_columns(values);
        auto& group = groups.emplace_back();
        if (!Codec<GroupKey>::read(detail::ValueAccess::column(values[0]), group.key)) {
          return detail::unreadable(Traits::layout, column);
        }
        BOOST_OUTCOME_TRY(read_aggregate<Aggregate>(values[1], group.value));
      }
    }));
    return result;
  }

  /// The rows that refer to each of these parents, in the order of the parents, and for each in the
  /// query's. One statement for 500 parents. Of parents that are the same the first gets the rows.
  ///
  /// With `limit_each` at most so many for each parent, the first in the query's order, such as the
  /// latest three; with an index in that order behind the reference, others are not even read.
  ///
  /// Where the mapping has several foreign keys to `Parent`, name the members of one:
  /// `children_of<&Task::reviewer>(people)`.
  /// Errors: `invalid_argument` for more than 10,000 rows, and for a limit below 1.
  template <auto... Members, Entity Parent>
  Result<std::vector<std::vector<T>>> children_of(
      std::span<const Parent> parents, const Query<T>& query = {},
      std::optional<std::int64_t> limit_each = {}) const {
    using Reference = detail::ReferenceTo<T, Parent, Members...>;
    if (limit_each && *limit_each < 1) {
      return Error{errc::invalid_argument, "children_of: a limit is at least 1"};
    }
    Result<std::vector<std::vector<T>>> result{std::vector<std::vector<T>>(parents.size())};
    settle(result, source_.read_several([&](detail::Session& session) -> Result<void> {
      std::vector<std::vector<T>>& children = result.assume_value();
      children.assign(parents.size(), {});
      detail::ChildrenOf<Reference> finder{parents, query.code(), limit_each.has_value()};
      std::size_t rows = 0;
      while (finder.has_more()) {
        BOOST_OUTCOME_TRY(auto part, finder.next());
        BOOST_OUTCOME_TRY(part.query.check(Traits::table));
        detail::Select select{Traits::layout, detail::Selection::rows, part.query.predicate};
        select.order_by(detail::whole_order(Traits::layout, part.query, Order::oldest_first));
        constexpr auto one_too_many = static_cast<std::int64_t>(max_children) + 1;
        select.limit(std::min(limit_each.value_or(one_too_many), one_too_many));
        select.for_each_parent(std::move(part.columns), std::move(part.keys));
        BOOST_OUTCOME_TRY(auto statement, select.prepare(session));
        while (true) {
          BOOST_OUTCOME_TRY(const bool found, statement->step());
          if (!found) {
            break;
          }
          if (++rows > max_children) {
            return Error{errc::invalid_argument, "more than 10,000 children in " +
                                                     std::string{Traits::table} +
                                                     ": load them for fewer parents at once"};
          }
          T row{};
          BOOST_OUTCOME_TRY(detail::decode_row(session, *statement, row));
          const std::optional<std::size_t> parent = finder.parent_of(row);
          if (!parent) {
            return Error{errc::invalid_row,
                         "a row of " + std::string{Traits::table} +
                             " refers to its parent by another value, which the collation of the "
                             "column takes for equal"};
          }
          children[*parent].push_back(std::move(row));
        }
      }
      return success();
    }));
    return result;
  }
  template <auto... Members, Entity Parent>
  Result<std::vector<std::vector<T>>> children_of(
      const std::vector<Parent>& parents, const Query<T>& query = {},
      std::optional<std::int64_t> limit_each = {}) const {
    return children_of<Members...>(std::span<const Parent>{parents}, query, limit_each);
  }

 private:
  // No way for deriving classes to a session, which runs any statement.
  friend class Repository<T>;

  using Sql = detail::EntitySql<T>;
  using Traits = detail::EntityTraits<T>;
  /// The key's parts and so many numbers.
  template <std::size_t Further>
  using KeyParameters = detail::RowParameters<T, Traits::keys.size() + Further>;

  /// What a unit left in a result's place is the value, unless it failed.
  template <class Value>
  static void settle(Result<Value>& result, Result<void>&& outcome) {
    if (!outcome) [[unlikely]] {
      result = std::move(outcome).assume_error();
    }
  }

  static Error missing() { return detail::missing_row(Traits::layout); }

  static Result<void> find_in(detail::Session& session, const KeyArgument& key,
                              std::optional<T>& row) {
    BOOST_OUTCOME_TRY(auto statement, session.prepare(Sql::find));
    return find_with(session, *statement, key, row);
  }
  static Result<void> find_with(detail::Session& session, detail::Statement& statement,
                                const KeyArgument& key, std::optional<T>& row) {
    KeyParameters<0> parameters;
    parameters.add_key(key);
    BOOST_OUTCOME_TRY(parameters.bind(statement));
    BOOST_OUTCOME_TRY(const bool found, statement.step());
    if (!found) {
      return success();
    }
    return detail::decode_row(session, statement, row.emplace());
  }

  static Result<void> exists_in(detail::Session& session, const KeyArgument& key,
                                Presence& presence) {
    BOOST_OUTCOME_TRY(auto statement, detail::prepare_exists(session, Traits::layout));
    KeyParameters<0> parameters;
    parameters.add_key(key);
    BOOST_OUTCOME_TRY(parameters.bind(*statement));
    return detail::read_presence(session, *statement, presence);
  }

  /// A page is one statement, but where it is numbered and all rows are counted as well.
  Result<void> read_page_of(const PageRequest& request, detail::SessionSource::Unit unit) const {
    return request.number ? source_.read_several(unit) : source_.read(unit);
  }

  /// `read` is given each row's statement and the item to fill.
  template <class Item, class Read>
  static Result<void> list_in(detail::Session& session, detail::Selection what,
                              const Query<T>& query, const PageRequest& request, Page<Item>& page,
                              Read read) {
    page.items.clear();
    if (request.limit > 0 && request.limit <= PageRequest::max_limit) {
      page.items.reserve(static_cast<std::size_t>(request.limit));
    }
    BOOST_OUTCOME_TRY(auto frame,
                      detail::read_page(session, Traits::layout, what, query.code(), request,
                                        [&](const detail::Statement& statement) {
                                          return read(statement, page.items.emplace_back());
                                        }));
    if (frame.is_reversed) {
      std::reverse(page.items.begin(), page.items.end());
    }
    page.has_next = frame.has_next;
    page.has_previous = frame.has_previous;
    page.next_cursor = std::move(frame.next_cursor);
    page.previous_cursor = std::move(frame.previous_cursor);
    page.numbers = frame.numbers;
    return success();
  }

  template <class Visitor>
  static Result<void> visit_in(detail::Session& session, const Query<T>& query, Visitor& visit) {
    using Returned = std::invoke_result_t<Visitor&, const T&>;
    static_assert(std::is_void_v<Returned> || std::same_as<Returned, Visit> ||
                      std::same_as<Returned, Result<void>>,
                  "for_each: a visitor returns nothing, a Visit or a Result<void>");
    BOOST_OUTCOME_TRY(query.code().check(Traits::table));
    detail::Select select{Traits::layout, detail::Selection::rows, query.code().predicate};
    select.order_by(detail::whole_order(Traits::layout, query.code(), Order::oldest_first));
    BOOST_OUTCOME_TRY(auto statement, select.prepare(session));
    T row{};
    while (true) {
      const auto advanced = statement->advance();
      if (advanced != detail::Statement::Advance::row) {
        if (advanced == detail::Statement::Advance::failed) {
          return statement->failure();
        }
        return success();
      }
      const auto outcome = detail::read_row(session, *statement, row);
      if (outcome != detail::RowOutcome::good) [[unlikely]] {
        return detail::row_error(session, Traits::layout, *statement, outcome);
      }
      if constexpr (std::is_void_v<Returned>) {
        visit(std::as_const(row));
      } else if constexpr (std::same_as<Returned, Visit>) {
        if (visit(std::as_const(row)) == Visit::stop) {
          return success();
        }
      } else {
        BOOST_OUTCOME_TRY(visit(std::as_const(row)));
      }
    }
  }

  template <class Aggregate>
  static Result<void> read_aggregate(const detail::ValueView& stored,
                                     typename Aggregate::Value& value) {
    if constexpr (!detail::is_optional<typename Aggregate::Value>) {
      if (stored.type() == detail::ValueType::null) {
        if constexpr (Aggregate::selection == detail::Selection::total) {
          return Error{errc::invalid_value,
                       "a sum over " + std::string{Traits::table} + " is not a number"};
        }
        // The sum over no rows.
        value = {};
        return success();
      }
    }
    if (!Codec<typename Aggregate::Value>::read(detail::ValueAccess::column(stored), value)) {
      return Error{errc::invalid_row, "an aggregate over " + std::string{Traits::table} +
                                          " is of another type than its column"};
    }
    return success();
  }

  detail::SessionSource source_;
};

}  // namespace tenancy::inline v0
