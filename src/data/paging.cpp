#include "tenancy/data/detail/paging.hpp"

#include <algorithm>
#include <utility>

#include "tenancy/core/detail/cursor.hpp"

#include "data/packed_values.hpp"

namespace tenancy::inline v0::detail {
namespace {

using Place = std::vector<OwnedValue>;

constexpr char forwards = 'n';
constexpr char backwards = 'p';

Error invalid() {
  return Error{errc::invalid_cursor, "the cursor is malformed or belongs to another list"};
}

/// What cursors of a list are bound to beside the tenant: table, order, predicate with its values.
/// Columns stand with their names, so that a mapping that has changed does not change a meaning.
std::string identity_of(const EntityLayout& layout, const QueryCode& query) {
  // No table is called so.
  std::string identity{layout.reach == Reach::all_tenants ? "*" : ""};
  identity += layout.table;
  if (query.order.empty() && query.predicate.is_empty()) {
    return identity;
  }
  for (const SortColumn& term : query.order) {
    identity += term.descends ? '>' : '<';
    append_text(identity, layout.columns[term.column]);
  }
  if (!query.predicate.is_empty()) {
    identity += '?';
    for (const std::string_view name : layout.columns) {
      append_text(identity, name);
    }
    append_text(identity, query.predicate.shape());
    for (const OwnedValue& value : query.predicate.values()) {
      append_value(identity, value.view());
    }
  }
  return identity;
}

/// Both ends of a page, in the order of the list: what both of its cursors seal, since it is the
/// reader who chooses the way.
class Ends {
 public:
  Ends(const EntityLayout& layout, const std::vector<SortColumn>& order)
      : layout_{layout}, order_{order}, columns_(layout.columns.size() + 1) {}

  void note_first(const Statement& statement) { first_ = place_at(statement); }
  void note_last(const Statement& statement) { last_ = place_at(statement); }

  /// A column that is NULL at an end although no member says that it may be, so that nothing could
  /// be found behind it.
  [[nodiscard]] std::optional<std::size_t> stray_null() const noexcept { return stray_null_; }

  [[nodiscard]] std::string text(bool is_reversed) {
    if (last_.empty()) {
      last_ = first_;
    }
    return is_reversed ? last_ + first_ : first_ + last_;
  }

 private:
  [[nodiscard]] std::string place_at(const Statement& statement) {
    statement.read_columns(columns_);
    std::string place;
    for (const SortColumn& term : order_) {
      const ValueView& value = columns_[term.column + std::size_t{1}];
      append_value(place, value);
      if (value.type() == ValueType::null && !layout_.nullable[term.column]) {
        stray_null_ = term.column;
      }
    }
    return place;
  }

  const EntityLayout& layout_;
  const std::vector<SortColumn>& order_;
  std::optional<std::size_t> stray_null_;
  std::vector<ValueView> columns_;
  std::string first_;
  std::string last_;
};

/// The end of a page that a cursor goes on from.
Result<Place> open_end(const KeyRing& keys, const CursorPlace& list, std::string_view cursor,
                       std::size_t columns) {
  if (cursor.empty() || (cursor.front() != forwards && cursor.front() != backwards)) {
    return invalid();
  }
  BOOST_OUTCOME_TRY(const std::string text, open_cursor(keys, list, cursor.substr(1)));
  PackedReader reader{text};
  Place values;
  for (std::size_t i = 0; i < 2 * columns; ++i) {
    BOOST_OUTCOME_TRY(auto value, reader.next());
    values.push_back(std::move(value));
  }
  if (!reader.at_end()) {
    return invalid();
  }
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(columns);
  if (cursor.front() == forwards) {
    values.erase(values.begin(), middle);
  } else {
    values.erase(middle, values.end());
  }
  return values;
}

template <class AnySession>
Result<void> count_rows_in(AnySession& session, const EntityLayout& layout,
                           const PredicateCode& predicate, std::int64_t& count) {
  BOOST_OUTCOME_TRY(predicate.check(layout.table));
  const Select select{layout, Selection::count, predicate};
  BOOST_OUTCOME_TRY(auto statement, select.prepare(session));
  BOOST_OUTCOME_TRY(const bool found, statement->step());
  const auto counted = found ? statement->int64(0) : std::nullopt;
  if (!counted) {
    return Error{errc::internal, "count(*) returned no number"};
  }
  count = *counted;
  return success();
}

/// Rows of one tenant, or of all.
template <class AnySession>
Result<PageFrame> read_page_in(AnySession& session, std::optional<TenantId> tenant,
                               const EntityLayout& layout, Selection what, const QueryCode& query,
                               const PageRequest& request,
                               FunctionRef<RowOutcome(const Statement&)> add,
                               FunctionRef<Error(const Statement&, RowOutcome)> error_of) {
  BOOST_OUTCOME_TRY(const PageWindow window, page_window(request));
  BOOST_OUTCOME_TRY(query.check(layout.table));
  PageFrame page;
  if (request.number) {
    std::int64_t total = 0;
    BOOST_OUTCOME_TRY(count_rows_in(session, layout, query.predicate, total));
    page.numbers = page_numbers(*request.number, request.limit, total);
  }

  std::vector<SortColumn> order = whole_order(layout, query, request.order);
  const std::string identity = identity_of(layout, query);
  const CursorPlace list{tenant, identity, request.order};
  Ends ends{layout, order};

  Select select{layout, what, query.predicate};
  // One row more than the page holds tells whether others follow.
  select.limit_about(window.limit + 1);
  if (request.cursor) {
    BOOST_OUTCOME_TRY(auto place, open_end(session.keys(), list, *request.cursor, order.size()));
    select.behind(std::move(place));
    page.is_reversed = request.cursor->front() == backwards;
  } else {
    if (window.offset > 0) {
      select.skip(window.offset);
    }
  }
  std::vector<SortColumn> reading_order = order;
  if (page.is_reversed) {
    for (SortColumn& term : reading_order) {
      term.descends = !term.descends;
    }
  }
  select.order_by(std::move(reading_order));

  BOOST_OUTCOME_TRY(auto statement, select.prepare(session));
  std::int64_t rows = 0;
  bool has_more = false;
  while (true) {
    const auto advanced = statement->advance();
    if (advanced != Statement::Advance::row) {
      if (advanced == Statement::Advance::failed) {
        return statement->failure();
      }
      break;
    }
    if (rows == window.limit) {
      has_more = true;
      break;
    }
    if (const auto outcome = add(*statement); outcome != RowOutcome::good) [[unlikely]] {
      return error_of(*statement, outcome);
    }
    if (++rows == 1) {
      ends.note_first(*statement);
    }
    if (rows == window.limit) {
      ends.note_last(*statement);
    }
  }
  // Whoever came by a cursor came from somewhere.
  const bool has_others_before = request.cursor.has_value() || window.offset > 0;
  page.has_next = page.is_reversed ? has_others_before : has_more;
  page.has_previous = page.is_reversed ? has_more : has_others_before;
  if (rows > 0 && (page.has_next || page.has_previous)) {
    if (const auto column = ends.stray_null()) {
      return unreadable(layout, *column);
    }
    const std::string sealed = seal_cursor(session.keys(), list, ends.text(page.is_reversed));
    if (page.has_next) {
      page.next_cursor = forwards + sealed;
    }
    if (page.has_previous) {
      page.previous_cursor = backwards + sealed;
    }
  }
  return page;
}

}  // namespace

std::vector<SortColumn> whole_order(const EntityLayout& layout, const QueryCode& query,
                                    Order order) {
  std::vector<SortColumn> columns = query.order;
  const bool descends = columns.empty() ? order == Order::newest_first : columns.back().descends;
  for (const std::size_t key : layout.keys) {
    const bool is_sorted_by =
        std::any_of(query.order.begin(), query.order.end(),
                    [key](const SortColumn& term) { return std::cmp_equal(term.column, key); });
    if (!is_sorted_by) {
      columns.push_back({static_cast<std::uint8_t>(key), descends});
    }
  }
  return columns;
}

Result<void> count_rows(Session& session, const EntityLayout& layout,
                        const PredicateCode& predicate, std::int64_t& count) {
  return count_rows_in(session, layout, predicate, count);
}

Result<void> count_rows(CrossingSession& session, const EntityLayout& layout,
                        const PredicateCode& predicate, std::int64_t& count) {
  return count_rows_in(session, layout, predicate, count);
}

Result<void> any_row(Session& session, const EntityLayout& layout, const QueryCode& query,
                     Presence& presence) {
  BOOST_OUTCOME_TRY(query.check(layout.table));
  Select select{layout, Selection::tenant, query.predicate};
  select.limit_about(1);
  BOOST_OUTCOME_TRY(auto statement, select.prepare(session));
  return read_presence(session, *statement, presence);
}

Result<void> erase_rows(Session& session, const EntityLayout& layout,
                        const PredicateCode& predicate, std::int64_t& erased) {
  if (predicate.is_empty()) {
    return Error{errc::invalid_argument, "which rows of " + std::string{layout.table} +
                                             " to remove: the predicate asks nothing"};
  }
  BOOST_OUTCOME_TRY(predicate.check(layout.table));
  const Select select{layout, Selection::erasure, predicate};
  BOOST_OUTCOME_TRY(auto statement, select.prepare(session));
  BOOST_OUTCOME_TRY(statement->step());
  erased = statement->changes();
  return success();
}

Result<void> read_presence(Session& session, Statement& statement, Presence& presence) {
  BOOST_OUTCOME_TRY(const bool found, statement.step());
  if (found && statement.int64(0) != session.tenant_value()) [[unlikely]] {
    return session.report_foreign_row(statement);
  }
  presence = found ? Presence::present : Presence::absent;
  return success();
}

Result<PageFrame> read_page(Session& session, const EntityLayout& layout, Selection what,
                            const QueryCode& query, const PageRequest& request,
                            FunctionRef<RowOutcome(const Statement&)> add) {
  const auto fail = [&](const Statement& statement, RowOutcome outcome) {
    return row_error(session, layout, statement, outcome);
  };
  return read_page_in(session, session.context().tenant(), layout, what, query, request, add, fail);
}

Result<PageFrame> read_page(CrossingSession& session, const EntityLayout& layout,
                            const QueryCode& query, const PageRequest& request,
                            FunctionRef<RowOutcome(const Statement&)> add) {
  const auto fail = [&](const Statement& /*statement*/, RowOutcome outcome) {
    return unreadable(layout, static_cast<std::size_t>(outcome));
  };
  return read_page_in(session, std::nullopt, layout, Selection::rows, query, request, add, fail);
}

}  // namespace tenancy::inline v0::detail
