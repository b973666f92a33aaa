#include "ctl/store_keys.hpp"

namespace tenantctl {

Outcome<tenancy::IssuedApiKey> StoreKeys::issue(tenancy::TenantId tenant,
                                                const tenancy::ApiKeyRequest& request) {
  BOOST_OUTCOME_TRY(auto issued, registry_.with(limit_.call()).issue_key(tenant, request));
  return issued;
}

Outcome<tenancy::Page<tenancy::ApiKey>> StoreKeys::list(tenancy::TenantId tenant,
                                                        const std::optional<std::string>& cursor) {
  const tenancy::PageRequest request{.limit = tenancy::PageRequest::max_limit, .cursor = cursor};
  BOOST_OUTCOME_TRY(auto page, registry_.with(limit_.call()).keys(tenant, request));
  return page;
}

Outcome<tenancy::ApiKey> StoreKeys::revoke(tenancy::TenantId tenant, std::string_view key_id) {
  BOOST_OUTCOME_TRY(auto key, registry_.with(limit_.call()).revoke_key(tenant, key_id));
  return key;
}

}  // namespace tenantctl
