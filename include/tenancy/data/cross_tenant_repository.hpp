#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "tenancy/core/call_options.hpp"
#include "tenancy/core/cross_tenant_context.hpp"
#include "tenancy/core/page.hpp"
#include "tenancy/core/tenant_id.hpp"
#include "tenancy/data/detail/crossing_layout.hpp"
#include "tenancy/data/detail/paging.hpp"
#include "tenancy/data/detail/select.hpp"
#include "tenancy/data/mapping.hpp"
#include "tenancy/data/query.hpp"
#include "tenancy/data/visit.hpp"
#include "tenancy/storage/store.hpp"

namespace tenancy::inline v0 {

/// A row and whose it is.
template <Entity T>
struct TenantRow {
  TenantId tenant;
  T row;

  friend bool operator==(const TenantRow&, const TenantRow&) = default;
};

/// How many rows a tenant has.
struct TenantCount {
  TenantId tenant;
  std::int64_t rows;

  friend bool operator==(const TenantCount&, const TenantCount&) = default;
};

/// All tenants' rows of one table, to be read with the permission to cross tenants. It changes
/// nothing: what is to be changed is changed tenant by tenant (`Authority::for_each_tenant`).
///
/// Each call has its record committed, with the table, before it reads, and reads nothing when that
/// fails. A call is a transaction of its own, on one snapshot.
///
/// Isolation: gives rows of every tenant that exists, whatever its status, and says whose each is.
/// Rows of a tenant that is not in the registry, which a table without a reference to
/// `tenancy_tenants` can hold, are not given.
/// Ownership: shares the store and borrows the permission.
/// Thread safety: thread-safe.
/// Errors: beside those named, each call gives `foreign_context` for another store's permission;
/// `crossing_not_recorded`; the store's, as of a read; `invalid_row` when a stored value does not
/// fit its member, and `invalid_mapping` when there is no such table or column.
template <Entity T>
class CrossTenantRepository {
 public:
  /// The options hold for each call.
  CrossTenantRepository(const Store& store, const CrossTenantContext& crossing,
                        CallOptions options = {})
      : store_{store}, crossing_{&crossing}, options_{std::move(options)} {}
  CrossTenantRepository(const Store&, CrossTenantContext&&, const CallOptions& = {}) = delete;

  /// How many rows a query has, all tenants' together.
  Result<std::int64_t> count(const Query<T>& query = {}) const {
    Result<std::int64_t> result{std::int64_t{0}};
    return settled(std::move(result), [&](std::int64_t& count) {
      return read(CrossingUse::count, [&](detail::CrossingSession& session) {
        return detail::count_rows(session, layout, query.code().predicate, count);
      });
    });
  }

  /// How many rows of a query each tenant has that has any, in the order of their ids.
  Result<std::vector<TenantCount>> count_by_tenant(const Query<T>& query = {}) const {
    Result<std::vector<TenantCount>> result{std::vector<TenantCount>{}};
    return settled(std::move(result), [&](std::vector<TenantCount>& counts) {
      return read(CrossingUse::count, [&](detail::CrossingSession& session) {
        return count_in(session, query, counts);
      });
    });
  }

  /// A part of a query's rows, in its order and, where that leaves rows equal, in that of tenants
  /// and their keys; without an order of its own, tenant by tenant. Lists go on by cursors as
  /// `ReadRepository::list` does. Cursors belong to the query, its values and lists across tenants,
  /// and go on with any permission for them; in a tenant's list they are `invalid_cursor`, and a
  /// tenant's are so here. One holds the keys of rows: it is not for tenants to see.
  /// Errors: `invalid_argument` for limits; `invalid_value`; `invalid_cursor`.
  Result<Page<TenantRow<T>>> list(const Query<T>& query, const PageRequest& request = {}) const {
    Result<Page<TenantRow<T>>> result{Page<TenantRow<T>>{}};
    return settled(std::move(result), [&](Page<TenantRow<T>>& page) {
      return read(CrossingUse::listing, [&](detail::CrossingSession& session) {
        return list_in(session, query, request, page);
      });
    });
  }
  Result<Page<TenantRow<T>>> list(const PageRequest& request = {}) const {
    return list(Query<T>{}, request);
  }

  /// Gives each row of a query to `visit(TenantId, const T&)`, in its order, and otherwise tenant
  /// by tenant, oldest first. What `visit` returns, and what holds for it, is as with
  /// `ReadRepository::for_each`: it runs on the snapshot, of which the store bounds the age. Over
  /// many rows, a list of pages or a visit to each tenant holds up less.
  template <class Visitor>
  Result<void> for_each(const Query<T>& query, Visitor&& visit) const {
    return read(CrossingUse::scan,
                [&](detail::CrossingSession& session) { return visit_in(session, query, visit); });
  }

 private:
  using Traits = detail::EntityTraits<T>;
  static constexpr const detail::EntityLayout& layout = detail::CrossingLayout<T>::layout;

  Result<void> read(CrossingUse use,
                    detail::FunctionRef<Result<void>(detail::CrossingSession&)> unit) const {
    return detail::run_unit<detail::CrossingSession>(
        [&](auto& body) {
          return detail::CrossingStatements::read(store_, *crossing_, use, Traits::table, options_,
                                                  body);
        },
        unit);
  }

  /// Fills a result's value in its place.
  template <class Value, class Fill>
  static Result<Value> settled(Result<Value> result, Fill fill) {
    if (auto outcome = fill(result.assume_value()); !outcome) {
      result = std::move(outcome).assume_error();
    }
    return result;
  }

  /// Whose row the statement stands on. Errors: `invalid_row`.
  static Result<TenantId> tenant_of(const detail::Statement& statement, int column = 0) {
    if (auto tenant = TenantId::from_value(statement.int64(column).value_or(0))) {
      return tenant;
    }
    return detail::unreadable(layout, detail::CrossingLayout<T>::tenant);
  }

  static Result<void> count_in(detail::CrossingSession& session, const Query<T>& query,
                               std::vector<TenantCount>& counts) {
    BOOST_OUTCOME_TRY(query.code().check(Traits::table));
    detail::Select select{layout, detail::Selection::count, query.code().predicate};
    select.group_by(detail::CrossingLayout<T>::tenant);
    BOOST_OUTCOME_TRY(auto statement, select.prepare(session));
    while (true) {
      BOOST_OUTCOME_TRY(const bool found, statement->step());
      if (!found) {
        return success();
      }
      BOOST_OUTCOME_TRY(const TenantId tenant, tenant_of(*statement));
      counts.push_back({tenant, statement->int64(1).value_or(0)});
    }
  }

  static Result<void> list_in(detail::CrossingSession& session, const Query<T>& query,
                              const PageRequest& request, Page<TenantRow<T>>& page) {
    const auto add = [&](const detail::Statement& statement) {
      const auto tenant = tenant_of(statement);
      if (!tenant) {
        return detail::RowOutcome{detail::CrossingLayout<T>::tenant};
      }
      page.items.push_back({tenant.assume_value(), T{}});
      return detail::read_row_of_any(statement, page.items.back().row);
    };
    BOOST_OUTCOME_TRY(auto frame, detail::read_page(session, layout, query.code(), request, add));
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
  static Result<void> visit_in(detail::CrossingSession& session, const Query<T>& query,
                               Visitor& visit) {
    using Returned = std::invoke_result_t<Visitor&, TenantId, const T&>;
    static_assert(std::is_void_v<Returned> || std::same_as<Returned, Visit> ||
                      std::same_as<Returned, Result<void>>,
                  "for_each: a visitor returns nothing, a Visit or a Result<void>");
    BOOST_OUTCOME_TRY(query.code().check(Traits::table));
    detail::Select select{layout, detail::Selection::rows, query.code().predicate};
    select.order_by(detail::whole_order(layout, query.code(), Order::oldest_first));
    BOOST_OUTCOME_TRY(auto statement, select.prepare(session));
    T row{};
    while (true) {
      BOOST_OUTCOME_TRY(const bool found, statement->step());
      if (!found) {
        return success();
      }
      BOOST_OUTCOME_TRY(const TenantId tenant, tenant_of(*statement));
      const auto outcome = detail::read_row_of_any(*statement, row);
      if (outcome != detail::RowOutcome::good) [[unlikely]] {
        return detail::unreadable(layout, static_cast<std::size_t>(outcome));
      }
      if constexpr (std::is_void_v<Returned>) {
        std::invoke(visit, tenant, std::as_const(row));
      } else if constexpr (std::same_as<Returned, Visit>) {
        if (std::invoke(visit, tenant, std::as_const(row)) == Visit::stop) {
          return success();
        }
      } else {
        BOOST_OUTCOME_TRY(std::invoke(visit, tenant, std::as_const(row)));
      }
    }
  }

  Store store_;
  const CrossTenantContext* crossing_;
  CallOptions options_;
};

}  // namespace tenancy::inline v0
