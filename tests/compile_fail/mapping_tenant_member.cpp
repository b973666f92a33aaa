// A member that says whose the row is would be believed, whichever column it is from.
// EXPECT: mapping: a member tenant_id is not mapped: the transaction knows the tenant
#include <cstdint>
#include <string>
#include <type_traits>

#include "tenancy/core/tenant_id.hpp"
#include "tenancy/data/detail/entity_traits.hpp"

struct Entity {
  std::string id;
  std::int64_t tenant_id;
};

constexpr auto tenancy_mapping(std::type_identity<Entity>) {
  namespace m = tenancy::mapping;
#ifdef MUST_NOT_COMPILE
  return m::entity("entities", m::key("id", &Entity::id), m::column("owner", &Entity::tenant_id));
#else
  return m::entity("entities", m::key("id", &Entity::id));
#endif
}

constexpr auto table = tenancy::detail::EntityTraits<Entity>::table;
