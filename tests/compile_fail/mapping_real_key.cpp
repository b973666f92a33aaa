// A key that is a real number is found again by luck, and a cursor cannot hold it.
// EXPECT: mapping: .*key
#include <string>
#include <type_traits>

#include "tenancy/data/detail/entity_traits.hpp"

struct Entity {
  std::string id;
  double weight;
};

constexpr auto tenancy_mapping(std::type_identity<Entity>) {
  namespace m = tenancy::mapping;
#ifdef MUST_NOT_COMPILE
  return m::entity("entities", m::key("weight", &Entity::weight));
#else
  return m::entity("entities", m::key("id", &Entity::id), m::column("weight", &Entity::weight));
#endif
}

constexpr auto table = tenancy::detail::EntityTraits<Entity>::table;
