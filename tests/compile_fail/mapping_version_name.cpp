// A version has a column like others.
// EXPECT: mapping: a column's name is lower-case letters, digits and '_'
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
  return m::entity("entities", m::key("id", &Entity::id), m::row_version("row version"));
#else
  return m::entity("entities", m::key("id", &Entity::id), m::row_version("row_version"));
#endif
}

constexpr auto table = tenancy::detail::EntityTraits<Entity>::table;
