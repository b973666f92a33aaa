// A reference is made of columns.
// EXPECT: mapping: a foreign key is made of members that are mapped to columns
#include <cstdint>
#include <string>
#include <type_traits>

#include "tenancy/data/detail/entity_traits.hpp"

struct Parent {
  std::string id;
};

constexpr auto tenancy_mapping(std::type_identity<Parent>) {
  namespace m = tenancy::mapping;
  return m::entity("parents", m::key("id", &Parent::id));
}

struct Entity {
  std::string id;
  std::string parent;
};

constexpr auto tenancy_mapping(std::type_identity<Entity>) {
  namespace m = tenancy::mapping;
#ifdef MUST_NOT_COMPILE
  return m::entity("entities", m::key("id", &Entity::id), m::foreign_key<Parent>(&Entity::parent));
#else
  return m::entity("entities", m::key("id", &Entity::id), m::column("parent", &Entity::parent),
                   m::foreign_key<Parent>(&Entity::parent));
#endif
}

constexpr auto table = tenancy::detail::EntityTraits<Entity>::table;
