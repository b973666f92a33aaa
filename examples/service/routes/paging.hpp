#pragma once

#include <optional>
#include <string>
#include <utility>

#include "tenancy/core/page.hpp"

#include "service/http/query.hpp"
#include "service/http/reply.hpp"

namespace tenantd {

/// `page` and `per_page`. Errors: 400.
Reply<tenancy::PageRequest> numbered_page(const Query& query);

/// `page` and `per_page`, or `cursor` and `limit`, but not of both. A `limit` alone begins a list
/// that goes on by cursor. Errors: 400.
Reply<tenancy::PageRequest> numbered_page_or_cursor(const Query& query);

template <class T>
Pagination pagination_of(const tenancy::PageRequest& request, const tenancy::Page<T>& page) {
  return Pagination{request.limit,     page.numbers,     page.has_next,
                    page.has_previous, page.next_cursor, page.previous_cursor};
}

/// The answer that holds a page, each row as `view` shows it, which gives a `JsonText`.
template <class T, class View>
Response list_response(const tenancy::PageRequest& request, const tenancy::Page<T>& page,
                       std::optional<tenancy::TenantId> tenant, View view) {
  std::string items{'['};
  for (const T& row : page.items) {
    items.append(items.size() > 1 ? "," : "").append(view(row).take());
  }
  items += ']';
  return ok_list(items, pagination_of(request, page), tenant);
}

}  // namespace tenantd
