#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "tenancy/core/page.hpp"
#include "tenancy/core/tenant_id.hpp"

#include "service/http/json_text.hpp"
#include "service/http/message.hpp"

namespace tenantd {

/// The pagination member of a list.
struct Pagination {
  std::int64_t per_page;
  std::optional<tenancy::PageNumbers> numbers;  ///< Null members when the list goes by cursor.
  bool has_next;
  bool has_previous;
  std::optional<std::string> next_cursor;
  std::optional<std::string> previous_cursor;
};

/// `{"success": true, "data": …, "tenant_id": …}`; the tenant is null where an answer is about
/// none.
Response ok(JsonText data, std::optional<tenancy::TenantId> tenant);
Response ok(const nlohmann::ordered_json& data, std::optional<tenancy::TenantId> tenant);

/// The same as 201 with the address of what was made, when it has one.
Response created(std::optional<std::string> location, JsonText data, tenancy::TenantId tenant);
Response created(std::optional<std::string> location, const nlohmann::ordered_json& data,
                 tenancy::TenantId tenant);

/// A list whose items are JSON already, an array.
Response ok_list(std::string_view items, const Pagination& pagination,
                 std::optional<tenancy::TenantId> tenant);

Response no_content();

}  // namespace tenantd
