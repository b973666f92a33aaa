// A row that cannot be named cannot be found, changed or erased.
// EXPECT: mapping: an entity has a key column
#include <string>
#include <type_traits>

#include "tenancy/data/detail/entity_traits.hpp"

struct Entity {
  std::string id;
  std::string body;
};

constexpr auto tenancy_mapping(std::type_identity<Entity>) {
  namespace m = tenancy::mapping;
#ifdef MUST_NOT_COMPILE
  return m::entity("entities", m::column("id", &Entity::id), m::column("body", &Entity::body));
#else
  return m::entity("entities", m::key("id", &Entity::id), m::column("body", &Entity::body));
#endif
}

constexpr auto table = tenancy::detail::EntityTraits<Entity>::table;
