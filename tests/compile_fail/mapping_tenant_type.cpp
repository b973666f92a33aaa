// A tenant's id is no value of a row.
// EXPECT: mapping: a member's type has no Codec
#include <string>
#include <type_traits>

#include "tenancy/core/tenant_id.hpp"
#include "tenancy/data/detail/entity_traits.hpp"

struct Entity {
  std::string id;
  tenancy::TenantId owner;
};

constexpr auto tenancy_mapping(std::type_identity<Entity>) {
  namespace m = tenancy::mapping;
#ifdef MUST_NOT_COMPILE
  return m::entity("entities", m::key("id", &Entity::id), m::column("owner", &Entity::owner));
#else
  return m::entity("entities", m::key("id", &Entity::id));
#endif
}

constexpr auto table = tenancy::detail::EntityTraits<Entity>::table;
