#include "service/http/reply.hpp"

#include <utility>

namespace tenantd {
namespace {

using Json = nlohmann::ordered_json;

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json or_null(std::optional<tenancy::TenantId> tenant) {
  return tenant ? Json(tenant->to_string()) : Json(nullptr);
}

Response json_response(int status, const Json& document) {
  return Response{status, "application/json", document.dump(), {}};
}

Json envelope(Json data, std::optional<tenancy::TenantId> tenant) {
  return Json{{"success", true}, {"data", std::move(data)}, {"tenant_id", or_null(tenant)}};
}

}  // namespace

Response ok(Json data, std::optional<tenancy::TenantId> tenant) {
  return json_response(200, envelope(std::move(data), tenant));
}

Response created(std::optional<std::string> location, Json data, tenancy::TenantId tenant) {
  Response response = json_response(201, envelope(std::move(data), tenant));
  if (location) {
    response.headers.push_back({"Location", *std::move(location)});
  }
  return response;
}

Response ok_list(Json items, const Pagination& pagination,
                 std::optional<tenancy::TenantId> tenant) {
  const auto& numbers = pagination.numbers;
  return json_response(200,
                       Json{{"success", true},
                            {"data", std::move(items)},
                            {"pagination",
                             {{"page", numbers ? Json(numbers->number) : Json(nullptr)},
                              {"per_page", pagination.per_page},
                              {"total", numbers ? Json(numbers->total) : Json(nullptr)},
                              {"total_pages", numbers ? Json(numbers->total_pages) : Json(nullptr)},
                              {"has_next", pagination.has_next},
                              {"has_prev", pagination.has_previous},
                              {"cursor", or_null(pagination.next_cursor)},
                              {"previous_cursor", or_null(pagination.previous_cursor)}}},
                            {"tenant_id", or_null(tenant)}});
}

Response no_content() { return Response{204, {}, {}, {}}; }

}  // namespace tenantd
