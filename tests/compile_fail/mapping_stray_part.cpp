// What is no part of a mapping would be left out of it without a word.
// EXPECT: mapping: an entity is made of columns, a row version and foreign keys
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
  return m::entity("entities", m::key("id", &Entity::id), "body");
#else
  return m::entity("entities", m::key("id", &Entity::id));
#endif
}

constexpr auto table = tenancy::detail::EntityTraits<Entity>::table;
