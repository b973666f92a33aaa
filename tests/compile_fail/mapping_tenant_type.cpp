// A tenant's id is no value of a row: what has one is no entity.
// EXPECT-GCC: template constraint failure for 'template<class T>  requires  Entity<T>
// EXPECT-CLANG: constraints not satisfied for class template 'EntityTraits'
#include <string>
#include <type_traits>

#include "tenancy/core/tenant_id.hpp"
#include "tenancy/data/detail/entity_traits.hpp"

struct Entity {
  std::string id;
#ifdef MUST_NOT_COMPILE
  tenancy::TenantId owner;
#else
  std::string owner;
#endif
};

constexpr auto tenancy_mapping(std::type_identity<Entity>) {
  namespace m = tenancy::mapping;
  return m::entity("entities", m::key("id", &Entity::id), m::column("owner", &Entity::owner));
}

constexpr auto table = tenancy::detail::EntityTraits<Entity>::table;
