#include "tenancy/registry/tenant_sort.hpp"

namespace tenancy::inline v0 {
namespace {

std::string_view name_of(TenantSortKey key) noexcept {
  switch (key) {
    case TenantSortKey::created_at:
      return "created_at";
    case TenantSortKey::updated_at:
      return "updated_at";
    case TenantSortKey::slug:
      return "slug";
    case TenantSortKey::name:
      return "name";
  }
  TENANCY_ASSERT(false, "a sort key that does not exist");
}

}  // namespace

std::string to_string(const TenantSort& sort) {
  return std::string{sort.descends ? "-" : ""}.append(name_of(sort.by));
}

Result<TenantSort> parse_tenant_sort(std::string_view text) {
  const bool descends = text.starts_with('-');
  const std::string_view name = text.substr(descends ? 1 : 0);
  for (const TenantSortKey key : {TenantSortKey::created_at, TenantSortKey::updated_at,
                                  TenantSortKey::slug, TenantSortKey::name}) {
    if (name == name_of(key)) {
      return TenantSort{key, descends};
    }
  }
  return Error{errc::invalid_argument,
               "tenants are sorted by one of created_at, updated_at, slug and name, with - before "
               "it for the greatest first"};
}

}  // namespace tenancy::inline v0
