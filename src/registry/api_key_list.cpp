// The part of `TenantRegistry` that lists a tenant's keys.

#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tenancy/core/detail/cursor.hpp"
#include "tenancy/registry/tenant_registry.hpp"

#include "registry/api_key_rows.hpp"
#include "registry/registry_core.hpp"
#include "registry/tenant_rows.hpp"
#include "registry/two_way_page.hpp"

namespace tenancy::inline v0 {
namespace {

using detail::ControlSession;
using detail::Statement;
using detail::StaticSql;

// Parameters: 1 tenant, 2 status, 3 now, 4 and 5 the place to go on from, 6 limit, 7 offset. The
// index of the tenant's keys by time ends with the table's own key, so that it has this order.
#define TENANCY_KEYS_OF_TENANT                                                             \
  " FROM tenancy_api_keys WHERE tenant_id = ?1 AND (?2 = CASE WHEN revoked_at IS NOT NULL" \
  " THEN 'revoked' WHEN expires_at <= ?3 THEN 'expired' ELSE 'active' END OR ?2 IS NULL)"
constexpr StaticSql rising_sql{"SELECT " TENANCY_API_KEY_COLUMNS TENANCY_KEYS_OF_TENANT
                               " AND (created_at, key_id) > (?4, ?5)"
                               " ORDER BY created_at, key_id LIMIT ?6 OFFSET ?7"};
constexpr StaticSql falling_sql{"SELECT " TENANCY_API_KEY_COLUMNS TENANCY_KEYS_OF_TENANT
                                " AND (created_at, key_id) < (?4, ?5)"
                                " ORDER BY created_at DESC, key_id DESC LIMIT ?6 OFFSET ?7"};
constexpr StaticSql count_sql{"SELECT count(*)" TENANCY_KEYS_OF_TENANT};

/// Where a list goes on.
struct KeyPlace {
  std::int64_t created_at;
  std::string id;
};

/// Seals and opens the cursors of one tenant's list.
class KeyCursors {
 public:
  KeyCursors(const KeyRing& keys, TenantId tenant, std::optional<ApiKeyStatus> status, Order order)
      : keys_{keys}, tenant_{tenant}, order_{order} {
    if (status) {
      list_name_.append(" ").append(to_string(*status));
    }
  }

  struct Opened {
    bool is_backwards;
    KeyPlace place;
  };
  /// Errors: `invalid_cursor`.
  [[nodiscard]] Result<Opened> open(std::string_view cursor) const {
    BOOST_OUTCOME_TRY(const auto text, detail::open_cursor(keys_, list(), cursor));
    const auto comma = text.find(',');
    if (comma == std::string::npos || !detail::is_way(text.front())) {
      return not_a_place();
    }
    Opened opened{text.front() == detail::backwards, {0, text.substr(comma + 1)}};
    const char* const end = text.data() + comma;
    const auto read = std::from_chars(text.data() + 1, end, opened.place.created_at);
    if (read.ec != std::errc{} || read.ptr != end) {
      return not_a_place();
    }
    return opened;
  }

  [[nodiscard]] std::string seal(char way, const ApiKey& from) const {
    return detail::seal_cursor(
        keys_, list(), way + std::to_string(from.created_at.microseconds()) + "," + from.id);
  }

 private:
  static Error not_a_place() {
    return Error{errc::invalid_cursor, "the cursor's key has another type"};
  }

  [[nodiscard]] detail::CursorPlace list() const { return {tenant_, list_name_, order_}; }

  const KeyRing& keys_;
  TenantId tenant_;
  Order order_;
  std::string list_name_ = "tenancy_api_keys";
};

/// Which keys of which tenant.
struct KeySelection {
  TenantId tenant;
  std::optional<ApiKeyStatus> status;

  void bind(Statement& statement, Timestamp now) const {
    statement.bind_int64(1, tenant.value());
    if (status) {
      statement.bind_text(2, to_string(*status));
    } else {
      statement.bind_null(2);
    }
    statement.bind_int64(3, now.microseconds());
  }
};

void bind_place(Statement& statement, bool is_falling, const std::optional<KeyPlace>& behind) {
  using Limits = std::numeric_limits<std::int64_t>;
  if (behind) {
    statement.bind_int64(4, behind->created_at);
    statement.bind_text(5, behind->id);
  } else if (is_falling) {
    statement.bind_int64(4, Limits::max());
    statement.bind_text(5, detail::behind_all_texts());
  } else {
    statement.bind_int64(4, Limits::min());
    statement.bind_text(5, "");
  }
}

/// Reads up to `limit` keys; the answer is whether there are more.
Result<bool> read_keys(Statement& statement, std::int64_t limit, std::vector<ApiKey>& keys) {
  while (true) {
    BOOST_OUTCOME_TRY(const bool found, statement.step());
    if (!found || std::cmp_equal(keys.size(), limit)) {
      return found;
    }
    BOOST_OUTCOME_TRY(auto key, detail::read_api_key(statement));
    keys.push_back(std::move(key));
  }
}

}  // namespace

Result<Page<ApiKey>> TenantRegistry::keys(TenantId tenant, const PageRequest& request,
                                          std::optional<ApiKeyStatus> status) const {
  if (status && *status > ApiKeyStatus::revoked) {
    return Error{errc::invalid_argument, "the number is none of the statuses"};
  }
  BOOST_OUTCOME_TRY(const detail::PageWindow window, detail::page_window(request));
  const KeyCursors cursors{core_->backend()->keys(), tenant, status, request.order};
  std::optional<KeyPlace> behind;
  bool is_backwards = false;
  if (request.cursor) {
    BOOST_OUTCOME_TRY(auto opened, cursors.open(*request.cursor));
    behind = std::move(opened.place);
    is_backwards = opened.is_backwards;
  }
  const bool is_falling = (request.order == Order::newest_first) != is_backwards;
  const KeySelection selection{tenant, status};
  return detail::control_read(
      *core_->backend(), options_, [&](ControlSession& session) -> Result<Page<ApiKey>> {
        BOOST_OUTCOME_TRY(detail::find_tenant(session, tenant));
        const Timestamp now = session.now();
        Page<ApiKey> page;
        if (request.number) {
          BOOST_OUTCOME_TRY(auto counter, session.prepare(count_sql));
          selection.bind(*counter, now);
          BOOST_OUTCOME_TRY(counter->step());
          page.numbers =
              detail::page_numbers(*request.number, window.limit, counter->int64(0).value_or(0));
        }
        BOOST_OUTCOME_TRY(auto statement, session.prepare(is_falling ? falling_sql : rising_sql));
        selection.bind(*statement, now);
        bind_place(*statement, is_falling, behind);
        // One more, which tells whether there are further ones.
        statement->bind_int64(6, window.limit + 1);
        statement->bind_int64(7, window.offset);
        BOOST_OUTCOME_TRY(const bool has_more, read_keys(*statement, window.limit, page.items));
        // Whoever came by a cursor came from somewhere.
        detail::finish_page(page, {is_backwards, has_more, behind.has_value() || window.offset > 0},
                            [&](char way, const ApiKey& from) { return cursors.seal(way, from); });
        return page;
      });
}

}  // namespace tenancy::inline v0
