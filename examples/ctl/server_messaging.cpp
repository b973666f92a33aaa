#include "ctl/server_messaging.hpp"

#include <string_view>
#include <utility>

#include "ctl/pairing_answer.hpp"
#include "ctl/server_tenants.hpp"

namespace tenantctl {
namespace {

Outcome<PairedTenant> read_paired_tenant_of(tenancy::TenantId tenant, std::string_view body) {
  BOOST_OUTCOME_TRY(auto paired, read_paired_tenant(body));
  if (paired.tenant.id != tenant) {
    return Failure::other("answer", "The server's answer is about another tenant.");
  }
  return paired;
}

}  // namespace

Outcome<PairedTenant> ServerMessaging::create(const tenancy::NewTenant& tenant,
                                              const std::string& instance) const {
  BOOST_OUTCOME_TRY(auto members, members_of(tenant));
  members["messaging"] = Json{{"instance", instance}};
  BOOST_OUTCOME_TRY(const auto body, client_->change("POST", "/api/tenants", std::move(members)));
  return read_change(read_paired_tenant(body));
}

Outcome<PairedTenant> ServerMessaging::pair(tenancy::TenantId tenant, const Wish& wish) const {
  Json members = Json::object();
  if (!wish.instance.empty()) {
    members["instance"] = wish.instance;
  }
  if (wish.activates) {
    members["activate"] = true;
  }
  BOOST_OUTCOME_TRY(const auto body,
                    client_->change("POST", "/api/tenants/" + tenant.to_string() + "/messaging",
                                    std::move(members)));
  return read_change(read_paired_tenant_of(tenant, body));
}

}  // namespace tenantctl
