#include "service/http/reply.hpp"

#include <utility>

namespace tenantd {
namespace {

using tenancy::TenantId;

void add_tenant(JsonText& document, std::optional<TenantId> tenant) {
  if (tenant) {
    document.member("tenant_id", tenant->to_string());
  } else {
    document.raw_member("tenant_id", "null");
  }
}

Response envelope(int status, std::string_view data, std::optional<TenantId> tenant) {
  JsonText document;
  document.member("success", true).raw_member("data", data);
  add_tenant(document, tenant);
  return Response{status, "application/json", document.take(), {}};
}

Response created_as(std::optional<std::string> location, std::string_view data, TenantId tenant) {
  Response response = envelope(201, data, tenant);
  if (location) {
    response.headers.push_back({"Location", *std::move(location)});
  }
  return response;
}

}  // namespace

Response ok(JsonText data, std::optional<TenantId> tenant) {
  return envelope(200, data.take(), tenant);
}

Response ok(const nlohmann::ordered_json& data, std::optional<TenantId> tenant) {
  return envelope(200, data.dump(), tenant);
}

Response created(std::optional<std::string> location, JsonText data, TenantId tenant) {
  return created_as(std::move(location), data.take(), tenant);
}

Response created(std::optional<std::string> location, const nlohmann::ordered_json& data,
                 TenantId tenant) {
  return created_as(std::move(location), data.dump(), tenant);
}

Response ok_list(std::string_view items, const Pagination& pagination,
                 std::optional<TenantId> tenant) {
  using Number = std::optional<std::int64_t>;
  const auto& numbers = pagination.numbers;
  JsonText place;
  place.member("page", numbers ? Number{numbers->number} : Number{})
      .member("per_page", pagination.per_page)
      .member("total", numbers ? Number{numbers->total} : Number{})
      .member("total_pages", numbers ? Number{numbers->total_pages} : Number{})
      .member("has_next", pagination.has_next)
      .member("has_prev", pagination.has_previous)
      .member("cursor", pagination.next_cursor)
      .member("previous_cursor", pagination.previous_cursor);
  JsonText document;
  document.member("success", true).raw_member("data", items);
  document.raw_member("pagination", place.take());
  add_tenant(document, tenant);
  return Response{200, "application/json", document.take(), {}};
}

Response no_content() { return Response{204, {}, {}, {}}; }

}  // namespace tenantd
