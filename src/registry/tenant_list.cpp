// The part of `TenantRegistry` that lists tenants.

#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "tenancy/core/detail/cursor.hpp"
#include "tenancy/registry/tenant_registry.hpp"

#include "core/text.hpp"
#include "registry/registry_core.hpp"
#include "registry/tenant_rows.hpp"
#include "registry/tenant_rules.hpp"

namespace tenancy::inline v0 {
namespace {

using detail::ControlSession;
using detail::Statement;
using detail::StaticSql;

// A status has a text of its own, for the sake of its index; the rest of a filter is looked at row
// by row. Parameters: 1 status, 2 plan, 3 template version, 4 search, 5 and 6 times of creation, 7
// and 8 the place to go on from, 9 limit, 10 offset.
#define TENANCY_TENANT_FILTER                                                 \
  " AND (?2 IS NULL OR plan = ?2) AND (?3 IS NULL OR template_version = ?3)"  \
  " AND (?4 IS NULL OR slug LIKE ?4 ESCAPE '\\' OR name LIKE ?4 ESCAPE '\\')" \
  " AND created_at >= ?5 AND created_at < ?6"
#define TENANCY_TENANTS_NEWEST                                                        \
  " AND (created_at, tenant_id) < (?7, ?8) ORDER BY created_at DESC, tenant_id DESC " \
  "LIMIT ?9 OFFSET ?10"
#define TENANCY_TENANTS_OLDEST                                              \
  " AND (created_at, tenant_id) > (?7, ?8) ORDER BY created_at, tenant_id " \
  "LIMIT ?9 OFFSET ?10"
#define TENANCY_TENANTS_ANY " FROM tenancy_tenants WHERE ?1 IS NULL" TENANCY_TENANT_FILTER
#define TENANCY_TENANTS_OF_STATUS " FROM tenancy_tenants WHERE status = ?1" TENANCY_TENANT_FILTER

constexpr StaticSql newest_sql{
    "SELECT " TENANCY_TENANT_COLUMNS TENANCY_TENANTS_ANY TENANCY_TENANTS_NEWEST};
constexpr StaticSql oldest_sql{
    "SELECT " TENANCY_TENANT_COLUMNS TENANCY_TENANTS_ANY TENANCY_TENANTS_OLDEST};
constexpr StaticSql newest_of_status_sql{
    "SELECT " TENANCY_TENANT_COLUMNS TENANCY_TENANTS_OF_STATUS TENANCY_TENANTS_NEWEST};
constexpr StaticSql oldest_of_status_sql{
    "SELECT " TENANCY_TENANT_COLUMNS TENANCY_TENANTS_OF_STATUS TENANCY_TENANTS_OLDEST};
constexpr StaticSql count_sql{"SELECT count(*)" TENANCY_TENANTS_ANY};
constexpr StaticSql count_of_status_sql{"SELECT count(*)" TENANCY_TENANTS_OF_STATUS};

constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t greatest = std::numeric_limits<std::int64_t>::max();

const StaticSql& list_text(Order order, bool has_status) noexcept {
  if (order == Order::newest_first) {
    return has_status ? newest_of_status_sql : newest_sql;
  }
  return has_status ? oldest_of_status_sql : oldest_sql;
}

Result<void> check(const TenantFilter& filter) {
  if (filter.status && *filter.status > TenantStatus::archived) {
    return Error{errc::invalid_argument, "the number is none of the statuses"};
  }
  if (filter.plan) {
    BOOST_OUTCOME_TRY(detail::check_plan(*filter.plan));
  }
  if (filter.template_version) {
    BOOST_OUTCOME_TRY(detail::check_template_version(*filter.template_version));
  }
  if (filter.search && !detail::is_plain_line(*filter.search, 1, TenantFilter::max_search_length)) {
    return Error{errc::invalid_argument,
                 "a search is 1 to 200 bytes of UTF-8 without control characters"};
  }
  return success();
}

/// A pattern of LIKE for texts that hold this one anywhere.
std::string pattern_of(std::string_view text) {
  std::string pattern = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') {
      pattern += '\\';
    }
    pattern += c;
  }
  return pattern += '%';
}

/// Binds what outlives the call; the texts of the filter do.
class BoundFilter {
 public:
  explicit BoundFilter(const TenantFilter& filter) : filter_{filter} {
    if (filter.search) {
      pattern_ = pattern_of(*filter.search);
    }
  }

  void bind(Statement& statement) const {
    bind_text(statement, 1,
              filter_.status ? std::optional{to_string(*filter_.status)} : std::nullopt);
    bind_text(statement, 2, filter_.plan);
    bind_text(statement, 3, filter_.template_version);
    bind_text(statement, 4, pattern_);
    statement.bind_int64(5, filter_.created_from ? filter_.created_from->microseconds() : least);
    statement.bind_int64(
        6, filter_.created_before ? filter_.created_before->microseconds() : greatest);
  }

 private:
  static void bind_text(Statement& statement, int parameter,
                        const std::optional<std::string_view>& text) {
    if (text) {
      statement.bind_text(parameter, *text);
    } else {
      statement.bind_null(parameter);
    }
  }

  const TenantFilter& filter_;
  std::optional<std::string> pattern_;
};

/// The row behind which a list goes on.
struct Place {
  std::int64_t created_at;
  std::int64_t tenant;
};

constexpr Place before_all(Order order) noexcept {
  return order == Order::newest_first ? Place{greatest, greatest} : Place{least, least};
}

std::string to_text(const Tenant& tenant) {
  return std::to_string(tenant.created_at.microseconds()) + "," + std::to_string(tenant.id.value());
}

Result<Place> place_from(std::string_view text) {
  Place place{};
  const std::size_t comma = text.find(',');
  const auto read = [](std::string_view digits, std::int64_t& to) {
    const char* const end = digits.data() + digits.size();
    const auto [stopped, failure] = std::from_chars(digits.data(), end, to);
    return failure == std::errc{} && stopped == end;
  };
  if (comma == std::string_view::npos || !read(text.substr(0, comma), place.created_at) ||
      !read(text.substr(comma + 1), place.tenant)) {
    return Error{errc::invalid_cursor, "the cursor's key has another type"};
  }
  return place;
}

/// What cursors are bound to: the list and its filter; lengths keep texts apart.
std::string name_of_list(const TenantFilter& filter) {
  std::string name = "tenancy_tenants";
  const auto add = [&name](char what, std::string_view text) {
    name += what + std::to_string(text.size()) + ':';
    name += text;
  };
  if (filter.status) {
    add('s', to_string(*filter.status));
  }
  if (filter.plan) {
    add('p', *filter.plan);
  }
  if (filter.template_version) {
    add('t', *filter.template_version);
  }
  if (filter.search) {
    add('q', *filter.search);
  }
  if (filter.created_from) {
    add('f', std::to_string(filter.created_from->microseconds()));
  }
  if (filter.created_before) {
    add('b', std::to_string(filter.created_before->microseconds()));
  }
  return name;
}

}  // namespace

Result<Page<Tenant>> TenantRegistry::list(const PageRequest& request,
                                          const TenantFilter& filter) const {
  BOOST_OUTCOME_TRY(check(filter));
  BOOST_OUTCOME_TRY(const detail::PageWindow window, detail::page_window(request));
  const KeyRing& ring = core_->backend()->keys();
  const std::string list_name = name_of_list(filter);
  const detail::CursorPlace list{std::nullopt, list_name, request.order};
  Place from = before_all(request.order);
  if (request.cursor) {
    BOOST_OUTCOME_TRY(const auto text, detail::open_cursor(ring, list, *request.cursor));
    BOOST_OUTCOME_TRY(from, place_from(text));
  }
  const BoundFilter bound{filter};
  return detail::control_read(
      *core_->backend(), options_, [&](ControlSession& session) -> Result<Page<Tenant>> {
        Page<Tenant> page;
        if (request.number) {
          BOOST_OUTCOME_TRY(auto counter,
                            session.prepare(filter.status ? count_of_status_sql : count_sql));
          bound.bind(*counter);
          BOOST_OUTCOME_TRY(counter->step());
          page.numbers =
              detail::page_numbers(*request.number, window.limit, counter->int64(0).value_or(0));
        }
        page.has_previous = request.cursor.has_value() || window.offset > 0;
        BOOST_OUTCOME_TRY(auto statement,
                          session.prepare(list_text(request.order, filter.status.has_value())));
        bound.bind(*statement);
        statement->bind_int64(7, from.created_at);
        statement->bind_int64(8, from.tenant);
        // One more, which tells whether there are further ones.
        statement->bind_int64(9, window.limit + 1);
        statement->bind_int64(10, window.offset);
        while (true) {
          BOOST_OUTCOME_TRY(const bool found, statement->step());
          if (!found) {
            return page;
          }
          if (std::cmp_equal(page.items.size(), window.limit)) {
            page.has_next = true;
            page.next_cursor = detail::seal_cursor(ring, list, to_text(page.items.back()));
            return page;
          }
          BOOST_OUTCOME_TRY(auto tenant, detail::read_tenant(*statement));
          page.items.push_back(std::move(tenant));
        }
      });
}

}  // namespace tenancy::inline v0
