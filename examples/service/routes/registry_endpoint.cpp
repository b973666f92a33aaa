#include "service/routes/registry_endpoint.hpp"

#include <string_view>

namespace tenantd {
namespace {

bool is_safe(std::string_view method) noexcept { return method == "GET" || method == "HEAD"; }

}  // namespace

Reply<tenancy::TenantRegistry> enter_registry_once(const Entrance& entrance, const Call& call) {
  BOOST_OUTCOME_TRY(auto registry, entrance.enter_registry(call));
  if (!is_safe(call.request.method) && call.request.header("idempotency-key").count > 0) {
    return Problem{400,
                   "Idempotency-Key is not kept for administrators' requests, so that it would "
                   "promise too much: send them without."};
  }
  return registry;
}

}  // namespace tenantd
