#include "ctl/key_view.hpp"

#include "ctl/table.hpp"
#include "ctl/tenant_view.hpp"

namespace tenantctl {

Json to_json(const tenancy::ApiKey& key, tenancy::Timestamp now) {
  return Json{{"id", key.id},
              {"tenant", key.tenant.to_string()},
              {"name", key.name},
              {"scope", tenancy::to_string(key.scope)},
              {"state", tenancy::to_string(key.status(now))},
              {"created_at", key.created_at.to_string()},
              {"expires_at", time_or_null(key.expires_at)},
              {"revoked_at", time_or_null(key.revoked_at)},
              {"last_used_at", time_or_null(key.last_used_at)}};
}

std::string details(const tenancy::ApiKey& key, tenancy::Timestamp now) {
  Table table{{}};
  table.add({"ID", key.id});
  table.add({"Tenant", key.tenant.to_string()});
  table.add({"Name", key.name});
  table.add({"Scope", std::string{tenancy::to_string(key.scope)}});
  table.add({"State", std::string{tenancy::to_string(key.status(now))}});
  table.add({"Created", short_time(key.created_at)});
  table.add({"Expires", key.expires_at ? short_time(*key.expires_at) : "never"});
  if (key.revoked_at) {
    table.add({"Revoked", short_time(*key.revoked_at)});
  }
  table.add({"Last used", key.last_used_at ? short_time(*key.last_used_at) : "never"});
  return table.take_lines();
}

}  // namespace tenantctl
