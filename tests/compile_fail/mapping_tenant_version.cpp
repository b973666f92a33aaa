// A version that is counted up would move the row to another tenant.
// EXPECT: mapping: tenant_id is no member: the transaction knows the tenant
#include <cstdint>
#include <string>
#include <type_traits>

#include "tenancy/data/detail/entity_traits.hpp"

struct Entity {
  std::string id;
};

constexpr auto tenancy_mapping(std::type_identity<Entity>) {
  namespace m = tenancy::mapping;
#ifdef MUST_NOT_COMPILE
  return m::entity("entities", m::key("id", &Entity::id), m::row_version("tenant_id"));
#else
  return m::entity("entities", m::key("id", &Entity::id), m::row_version("version"));
#endif
}

constexpr auto table = tenancy::detail::EntityTraits<Entity>::table;
