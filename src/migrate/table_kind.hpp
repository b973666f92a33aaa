#pragma once

#include <string_view>

#include "tenancy/migrate/schema_policy.hpp"
#include "tenancy/migrate/verify_schema.hpp"

#include "migrate/catalogue.hpp"

namespace tenancy::inline v0::detail {

inline constexpr std::string_view tenant_column = "tenant_id";
inline constexpr std::string_view tenants_table = "tenancy_tenants";

/// Whether it is `tenant_id`, in whichever case.
bool is_tenant_column(std::string_view name) noexcept;

/// Whether tables of this name belong to the library.
bool has_control_name(std::string_view name) noexcept;

TableKind kind_of(const CatalogueTable& table, const SchemaPolicy& policy) noexcept;

}  // namespace tenancy::inline v0::detail
