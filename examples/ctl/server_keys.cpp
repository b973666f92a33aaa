#include "ctl/server_keys.hpp"

#include <string>
#include <utility>

#include "ctl/server_answer.hpp"

namespace tenantctl {
namespace {

std::string path_of(tenancy::TenantId tenant) {
  return "/api/tenants/" + tenant.to_string() + "/api-keys";
}

}  // namespace

Outcome<tenancy::IssuedApiKey> ServerKeys::issue(tenancy::TenantId tenant,
                                                 const tenancy::ApiKeyRequest& request) {
  Json members{{"name", request.name}, {"scope", tenancy::to_string(request.scope)}};
  if (request.expires_at) {
    members["expires_at"] = request.expires_at->to_string();
  }
  BOOST_OUTCOME_TRY(const auto body, client_.change("POST", path_of(tenant), std::move(members)));
  BOOST_OUTCOME_TRY(auto issued, read_change(read_issued_key(body, tenant)));
  if (!issued.key.expires_at) {
    // An answer that leaves it out has it as it was asked for: what a server does not know it
    // refuses.
    issued.key.expires_at = request.expires_at;
  }
  return issued;
}

Outcome<tenancy::Page<tenancy::ApiKey>> ServerKeys::list(tenancy::TenantId tenant,
                                                         const std::optional<std::string>& cursor) {
  std::string target =
      path_of(tenant) + "?limit=" + std::to_string(tenancy::PageRequest::max_limit);
  if (cursor) {
    target += "&cursor=" + url_escaped(*cursor);
  }
  BOOST_OUTCOME_TRY(const auto body, client_.get(target));
  BOOST_OUTCOME_TRY(auto page, read_keys(body, tenant));
  BOOST_OUTCOME_TRY(require_onward(cursor, page.next_cursor));
  return page;
}

Outcome<tenancy::ApiKey> ServerKeys::revoke(tenancy::TenantId tenant, std::string_view key_id) {
  BOOST_OUTCOME_TRY(client_.change("DELETE", path_of(tenant) + "/" + url_escaped(key_id)));
  // The answer tells nothing of the key.
  auto key = find(tenant, key_id);
  if (!key && key.error().code == tenancy::to_string(tenancy::errc::not_found)) {
    return Failure::other("answer", "The key is revoked, but the server does not list it.");
  }
  if (!key) {
    return key.error().with_context("The key is revoked, but could not be looked at");
  }
  return key;
}

}  // namespace tenantctl
