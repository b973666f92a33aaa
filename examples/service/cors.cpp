#include "service/cors.hpp"

#include <algorithm>

namespace tenantd {

bool Cors::is_preflight(const Request& request) const noexcept {
  return request.method == "OPTIONS" &&
         request.header("access-control-request-method").count == 1 && is_listed(request);
}

void Cors::allow_methods(Response& response, std::string_view methods) const {
  response.headers.push_back({"Access-Control-Allow-Methods", std::string{methods}});
  response.headers.push_back(
      {"Access-Control-Allow-Headers",
       "Authorization, Content-Type, Idempotency-Key, If-Match, X-Tenant-ID"});
  response.headers.push_back({"Access-Control-Max-Age", "600"});
}

void Cors::mark(const Request& request, Response& response) const {
  if (origins_.empty()) {
    return;
  }
  response.headers.push_back({"Vary", "Origin"});
  if (is_listed(request)) {
    response.headers.push_back(
        {"Access-Control-Allow-Origin", std::string{request.header("origin").first}});
    response.headers.push_back({"Access-Control-Expose-Headers",
                                "ETag, Idempotency-Replayed, Location, Retry-After, X-Request-Id"});
  }
}

bool Cors::is_listed(const Request& request) const noexcept {
  const HeaderLines lines = request.header("origin");
  return lines.count == 1 &&
         std::find(origins_.begin(), origins_.end(), lines.first) != origins_.end();
}

}  // namespace tenantd
