// The part of `TenantRegistry` that lists tenants.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tenancy/core/detail/cursor.hpp"
#include "tenancy/registry/tenant_registry.hpp"

#include "registry/registry_core.hpp"
#include "registry/tenant_rows.hpp"
#include "registry/tenant_selection.hpp"
#include "registry/two_way_page.hpp"

namespace tenancy::inline v0 {
namespace {

using detail::ControlSession;
using detail::TenantPlace;

/// What cursors are bound to: the list, its order and its filter; lengths keep texts apart.
std::string name_of_list(const TenantFilter& filter, const TenantSort& sort) {
  std::string name = "tenancy_tenants";
  const auto add = [&name](char what, std::string_view text) {
    name += what + std::to_string(text.size()) + ':';
    name += text;
  };
  add('o', to_string(sort));
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

/// Seals and opens the cursors of one list.
class Cursors {
 public:
  Cursors(const KeyRing& keys, const TenantFilter& filter, const TenantSort& sort)
      : keys_{keys}, sort_{sort}, list_name_{name_of_list(filter, sort)} {}

  struct Opened {
    bool is_backwards;
    TenantPlace place;
  };
  /// Errors: `invalid_cursor`.
  [[nodiscard]] Result<Opened> open(std::string_view cursor) const {
    BOOST_OUTCOME_TRY(const auto text, detail::open_cursor(keys_, list(), cursor));
    if (text.empty() || !detail::is_way(text.front())) {
      return Error{errc::invalid_cursor, "the cursor's key has another type"};
    }
    BOOST_OUTCOME_TRY(auto place, detail::place_from(std::string_view{text}.substr(1), sort_.by));
    return Opened{text.front() == detail::backwards, std::move(place)};
  }

  [[nodiscard]] std::string seal(char way, const Tenant& from) const {
    const std::string place = to_text(detail::place_of(from, sort_.by), sort_.by);
    return detail::seal_cursor(keys_, list(), way + place);
  }

 private:
  [[nodiscard]] detail::CursorPlace list() const {
    return {std::nullopt, list_name_, sort_.descends ? Order::newest_first : Order::oldest_first};
  }

  const KeyRing& keys_;
  TenantSort sort_;
  std::string list_name_;
};

/// Reads up to `limit` tenants; the answer is whether there are more.
Result<bool> read_tenants(detail::Statement& statement, std::int64_t limit,
                          std::vector<Tenant>& tenants) {
  while (true) {
    BOOST_OUTCOME_TRY(const bool found, statement.step());
    if (!found || std::cmp_equal(tenants.size(), limit)) {
      return found;
    }
    BOOST_OUTCOME_TRY(auto tenant, detail::read_tenant(statement));
    tenants.push_back(std::move(tenant));
  }
}

}  // namespace

Result<Page<Tenant>> TenantRegistry::list(const PageRequest& request, const TenantFilter& filter,
                                          std::optional<TenantSort> sort) const {
  BOOST_OUTCOME_TRY(detail::TenantSelection::check(filter));
  if (sort && sort->by > TenantSortKey::name) {
    return Error{errc::invalid_argument, "the number is none of the sort keys"};
  }
  BOOST_OUTCOME_TRY(const detail::PageWindow window, detail::page_window(request));
  const TenantSort order =
      sort.value_or(TenantSort{TenantSortKey::created_at, request.order == Order::newest_first});
  const Cursors cursors{core_->backend()->keys(), filter, order};
  std::optional<TenantPlace> behind;
  bool is_backwards = false;
  if (request.cursor) {
    BOOST_OUTCOME_TRY(auto opened, cursors.open(*request.cursor));
    behind = std::move(opened.place);
    is_backwards = opened.is_backwards;
  }
  const TenantSort reading_order{order.by, order.descends != is_backwards};
  const detail::TenantSelection selection{filter};
  return detail::control_read(
      *core_->backend(), options_, [&](ControlSession& session) -> Result<Page<Tenant>> {
        Page<Tenant> page;
        if (request.number) {
          BOOST_OUTCOME_TRY(const auto total, selection.count(session));
          page.numbers = detail::page_numbers(*request.number, window.limit, total);
        }
        // One more, which tells whether there are further ones.
        BOOST_OUTCOME_TRY(auto statement, selection.prepare(session, reading_order, behind,
                                                            window.limit + 1, window.offset));
        BOOST_OUTCOME_TRY(const bool has_more, read_tenants(*statement, window.limit, page.items));
        // Whoever came by a cursor came from somewhere.
        detail::finish_page(page, {is_backwards, has_more, behind.has_value() || window.offset > 0},
                            [&](char way, const Tenant& from) { return cursors.seal(way, from); });
        return page;
      });
}

}  // namespace tenancy::inline v0
