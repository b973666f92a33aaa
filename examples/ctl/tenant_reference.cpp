#include "ctl/tenant_reference.hpp"

#include "ctl/parsing.hpp"

namespace tenantctl {

Outcome<tenancy::Tenant> find_tenant(const tenancy::TenantRegistry& registry,
                                     std::string_view reference) {
  if (reference.find(':') != std::string_view::npos) {
    BOOST_OUTCOME_TRY(const auto identifier, parse_identifier(reference));
    BOOST_OUTCOME_TRY(auto tenant, registry.find(identifier));
    return tenant;
  }
  // No slug has an underscore.
  if (reference.starts_with("tnt_")) {
    BOOST_OUTCOME_TRY(const auto id, tenancy::TenantId::parse(reference));
    BOOST_OUTCOME_TRY(auto tenant, registry.find(id));
    return tenant;
  }
  BOOST_OUTCOME_TRY(const auto slug, tenancy::Slug::parse(reference));
  BOOST_OUTCOME_TRY(auto tenant, registry.find(slug));
  return tenant;
}

}  // namespace tenantctl
