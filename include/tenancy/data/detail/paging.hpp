#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tenancy/core/detail/function_ref.hpp"
#include "tenancy/core/export.hpp"
#include "tenancy/core/page.hpp"
#include "tenancy/data/detail/entity_layout.hpp"
#include "tenancy/data/detail/query_code.hpp"
#include "tenancy/data/detail/row.hpp"
#include "tenancy/data/detail/select.hpp"
#include "tenancy/data/presence.hpp"
#include "tenancy/storage/detail/crossing_session.hpp"
#include "tenancy/storage/detail/session.hpp"

namespace tenancy::inline v0::detail {

/// The order of a query, to the last: by its columns, then by those of the key that are not among
/// them, in the direction of the last, or as `order` says where the query has none.
TENANCY_API std::vector<SortColumn> whole_order(const EntityLayout& layout, const QueryCode& query,
                                                Order order);

/// What a page is beside its rows.
struct PageFrame {
  bool has_next = false;
  bool has_previous = false;
  bool is_reversed = false;  ///< Its rows came last one first.
  std::optional<std::string> next_cursor = {};
  std::optional<std::string> previous_cursor = {};
  std::optional<PageNumbers> numbers = {};
};

/// Reads a page: `add` is given the statement on each of its rows, one after the other.
/// Errors: `invalid_argument`, `invalid_value`, `invalid_cursor`; those of a row that is not good.
TENANCY_API Result<PageFrame> read_page(Session& session, const EntityLayout& layout,
                                        Selection what, const QueryCode& query,
                                        const PageRequest& request,
                                        FunctionRef<RowOutcome(const Statement&)> add);

/// The same among all tenants' rows, of a layout that reaches them. Its cursors are worth nothing
/// in a tenant's list.
TENANCY_API Result<PageFrame> read_page(CrossingSession& session, const EntityLayout& layout,
                                        const QueryCode& query, const PageRequest& request,
                                        FunctionRef<RowOutcome(const Statement&)> add);

/// How many rows a query has.
TENANCY_API Result<void> count_rows(Session& session, const EntityLayout& layout,
                                    const PredicateCode& predicate, std::int64_t& count);
TENANCY_API Result<void> count_rows(CrossingSession& session, const EntityLayout& layout,
                                    const PredicateCode& predicate, std::int64_t& count);
/// Whether it has any.
TENANCY_API Result<void> any_row(Session& session, const EntityLayout& layout,
                                 const QueryCode& query, Presence& presence);
/// Removes the rows of a predicate, and tells how many. Errors: `invalid_argument` for an empty
/// one.
TENANCY_API Result<void> erase_rows(Session& session, const EntityLayout& layout,
                                    const PredicateCode& predicate, std::int64_t& erased);
/// Whether a statement that gives rows' tenants finds one, after the row check.
TENANCY_API Result<void> read_presence(Session& session, Statement& statement, Presence& presence);

}  // namespace tenancy::inline v0::detail
