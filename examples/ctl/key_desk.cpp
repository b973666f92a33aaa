#include "ctl/key_desk.hpp"

#include <utility>

namespace tenantctl {

Outcome<tenancy::ApiKey> KeyDesk::find(tenancy::TenantId tenant, std::string_view key_id) {
  std::optional<std::string> cursor;
  while (true) {
    BOOST_OUTCOME_TRY(auto page, list(tenant, cursor));
    for (auto& key : page.items) {
      if (key.id == key_id) {
        return std::move(key);
      }
    }
    if (!page.next_cursor) {
      return Failure{tenancy::Error{tenancy::errc::not_found, "the tenant has no such key"}};
    }
    cursor = std::move(page.next_cursor);
  }
}

}  // namespace tenantctl
