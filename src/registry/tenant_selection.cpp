#include "registry/tenant_selection.hpp"

#include <array>
#include <charconv>
#include <limits>
#include <utility>

#include "core/text.hpp"
#include "registry/tenant_rows.hpp"
#include "registry/tenant_rules.hpp"
#include "registry/two_way_page.hpp"

namespace tenancy::inline v0::detail {
namespace {

// A status has a text of its own, for the sake of its index; the rest of a filter is looked at row
// by row. Parameters: 1 status, 2 plan, 3 template version, 4 search, 5 and 6 times of creation, 7
// and 8 the place to go on from, 9 limit, 10 offset.
#define TENANCY_TENANT_FILTER                                                 \
  " AND (plan = ?2 OR ?2 IS NULL) AND (template_version = ?3 OR ?3 IS NULL)"  \
  " AND (slug LIKE ?4 ESCAPE '\\' OR name LIKE ?4 ESCAPE '\\' OR ?4 IS NULL)" \
  " AND created_at >= ?5 AND created_at < ?6"
#define TENANCY_TENANTS_ANY \
  " FROM tenancy_tenants WHERE CAST(?1 AS TEXT) IS NULL" TENANCY_TENANT_FILTER
#define TENANCY_TENANTS_OF_STATUS " FROM tenancy_tenants WHERE status = ?1" TENANCY_TENANT_FILTER
#define TENANCY_TENANTS_RISING(which, column)              \
  StaticSql {                                              \
    "SELECT " TENANCY_TENANT_COLUMNS which " AND (" column \
    ", tenant_id) > (?7, ?8)"                              \
    " ORDER BY " column ", tenant_id LIMIT ?9 OFFSET ?10"  \
  }
#define TENANCY_TENANTS_FALLING(which, column)                      \
  StaticSql {                                                       \
    "SELECT " TENANCY_TENANT_COLUMNS which " AND (" column          \
    ", tenant_id) < (?7, ?8)"                                       \
    " ORDER BY " column " DESC, tenant_id DESC LIMIT ?9 OFFSET ?10" \
  }
#define TENANCY_TENANTS_BY(column)                                   \
  ListTexts {                                                        \
    {TENANCY_TENANTS_RISING(TENANCY_TENANTS_ANY, column),            \
     TENANCY_TENANTS_FALLING(TENANCY_TENANTS_ANY, column)},          \
    {                                                                \
      TENANCY_TENANTS_RISING(TENANCY_TENANTS_OF_STATUS, column),     \
          TENANCY_TENANTS_FALLING(TENANCY_TENANTS_OF_STATUS, column) \
    }                                                                \
  }

/// The texts for one sort key, each rising and falling.
struct ListTexts {
  std::array<StaticSql, 2> of_any;
  std::array<StaticSql, 2> of_status;
};

constexpr ListTexts by_created_at = TENANCY_TENANTS_BY("created_at");
constexpr ListTexts by_updated_at = TENANCY_TENANTS_BY("updated_at");
constexpr ListTexts by_slug = TENANCY_TENANTS_BY("slug");
constexpr ListTexts by_name = TENANCY_TENANTS_BY("name");
constexpr StaticSql count_tenants_sql{"SELECT count(*)" TENANCY_TENANTS_ANY};
constexpr StaticSql count_of_status_sql{"SELECT count(*)" TENANCY_TENANTS_OF_STATUS};

constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t greatest = std::numeric_limits<std::int64_t>::max();

const ListTexts& texts_by(TenantSortKey key) noexcept {
  switch (key) {
    case TenantSortKey::created_at:
      return by_created_at;
    case TenantSortKey::updated_at:
      return by_updated_at;
    case TenantSortKey::slug:
      return by_slug;
    case TenantSortKey::name:
      return by_name;
  }
  TENANCY_ASSERT(false, "a sort key that does not exist");
}

bool is_time(TenantSortKey key) noexcept {
  return key == TenantSortKey::created_at || key == TenantSortKey::updated_at;
}

void bind_place(Statement& statement, const TenantSort& sort,
                const std::optional<TenantPlace>& place) {
  if (is_time(sort.by)) {
    statement.bind_int64(7, place ? place->time : (sort.descends ? greatest : least));
  } else if (place || !sort.descends) {
    statement.bind_text(7, place ? std::string_view{place->text} : "");
  } else {
    statement.bind_text(7, behind_all_texts());
  }
  statement.bind_int64(8, place ? place->tenant : (sort.descends ? greatest : least));
}

void bind_text(Statement& statement, int parameter, const std::optional<std::string_view>& text) {
  if (text) {
    statement.bind_text(parameter, *text);
  } else {
    statement.bind_null(parameter);
  }
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

bool read_number(std::string_view digits, std::int64_t& to) {
  const char* const end = digits.data() + digits.size();
  const auto [stopped, failure] = std::from_chars(digits.data(), end, to);
  return failure == std::errc{} && stopped == end;
}

}  // namespace

TenantPlace place_of(const Tenant& tenant, TenantSortKey by) {
  TenantPlace place{.tenant = tenant.id.value()};
  switch (by) {
    case TenantSortKey::created_at:
      place.time = tenant.created_at.microseconds();
      break;
    case TenantSortKey::updated_at:
      place.time = tenant.updated_at.microseconds();
      break;
    case TenantSortKey::slug:
      place.text = tenant.slug.to_string();
      break;
    case TenantSortKey::name:
      place.text = tenant.name;
      break;
  }
  return place;
}

std::string to_text(const TenantPlace& place, TenantSortKey by) {
  return std::to_string(place.tenant) + "," +
         (is_time(by) ? std::to_string(place.time) : place.text);
}

Result<TenantPlace> place_from(std::string_view text, TenantSortKey by) {
  TenantPlace place;
  const std::size_t comma = text.find(',');
  if (comma == std::string_view::npos || !read_number(text.substr(0, comma), place.tenant) ||
      (is_time(by) && !read_number(text.substr(comma + 1), place.time))) {
    return Error{errc::invalid_cursor, "the cursor's key has another type"};
  }
  if (!is_time(by)) {
    place.text = text.substr(comma + 1);
  }
  return place;
}

Result<void> TenantSelection::check(const TenantFilter& filter) {
  if (filter.status && *filter.status > TenantStatus::archived) {
    return Error{errc::invalid_argument, "the number is none of the statuses"};
  }
  if (filter.plan) {
    BOOST_OUTCOME_TRY(check_plan(*filter.plan));
  }
  if (filter.template_version) {
    BOOST_OUTCOME_TRY(check_template_version(*filter.template_version));
  }
  if (filter.search && !is_plain_line(*filter.search, 1, TenantFilter::max_search_length)) {
    return Error{errc::invalid_argument,
                 "a search is 1 to 200 bytes of UTF-8 without control characters"};
  }
  return success();
}

TenantSelection::TenantSelection(const TenantFilter& filter) : filter_{filter} {
  if (filter.search) {
    pattern_ = pattern_of(*filter.search);
  }
}

void TenantSelection::bind(Statement& statement) const {
  bind_text(statement, 1,
            filter_.status ? std::optional{to_string(*filter_.status)} : std::nullopt);
  bind_text(statement, 2, filter_.plan);
  bind_text(statement, 3, filter_.template_version);
  bind_text(statement, 4, pattern_);
  statement.bind_int64(5, filter_.created_from ? filter_.created_from->microseconds() : least);
  statement.bind_int64(6,
                       filter_.created_before ? filter_.created_before->microseconds() : greatest);
}

Result<std::int64_t> TenantSelection::count(ControlSession& session) const {
  BOOST_OUTCOME_TRY(auto statement,
                    session.prepare(filter_.status ? count_of_status_sql : count_tenants_sql));
  bind(*statement);
  BOOST_OUTCOME_TRY(statement->step());
  return statement->int64(0).value_or(0);
}

Result<StatementLease> TenantSelection::prepare(ControlSession& session, const TenantSort& sort,
                                                const std::optional<TenantPlace>& behind,
                                                std::int64_t limit, std::int64_t offset) const {
  const ListTexts& texts = texts_by(sort.by);
  const auto& rising_and_falling = filter_.status ? texts.of_status : texts.of_any;
  BOOST_OUTCOME_TRY(auto statement, session.prepare(rising_and_falling[sort.descends ? 1 : 0]));
  bind(*statement);
  bind_place(*statement, sort, behind);
  statement->bind_int64(9, limit);
  statement->bind_int64(10, offset);
  return statement;
}

}  // namespace tenancy::inline v0::detail
