// A part of a key is not a reference to one row.
// EXPECT: mapping: a foreign key has as many members as the parent's key
#include <cstdint>
#include <string>
#include <type_traits>

#include "tenancy/data/mappings.hpp"

struct Parent {
  std::string id;
};

constexpr auto tenancy_mapping(std::type_identity<Parent>) {
  namespace m = tenancy::mapping;
  return m::entity("parents", m::key("id", &Parent::id));
}

struct Entity {
  std::string id;
  std::int64_t number = 0;
  std::string parent;
};

constexpr auto tenancy_mapping(std::type_identity<Entity>) {
  namespace m = tenancy::mapping;
#ifdef MUST_NOT_COMPILE
  return m::entity("entities", m::key("id", &Entity::id), m::column("number", &Entity::number),
                   m::column("parent", &Entity::parent),
                   m::foreign_key<Parent>(&Entity::parent, &Entity::parent));
#else
  return m::entity("entities", m::key("id", &Entity::id), m::column("number", &Entity::number),
                   m::column("parent", &Entity::parent), m::foreign_key<Parent>(&Entity::parent));
#endif
}

auto expected() { return tenancy::mappings<Parent, Entity>(); }
