// Of two references to one parent the caller says which.
// EXPECT: children_of: the mapping has several foreign keys to this parent, name the members of one
#include <cstdint>
#include <string>
#include <type_traits>

#include "tenancy/data/repository.hpp"

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
  std::string step_parent;
};

constexpr auto tenancy_mapping(std::type_identity<Entity>) {
  namespace m = tenancy::mapping;
#ifdef MUST_NOT_COMPILE
  return m::entity("entities", m::key("id", &Entity::id), m::column("parent", &Entity::parent),
                   m::column("step_parent", &Entity::step_parent),
                   m::foreign_key<Parent>(&Entity::parent),
                   m::foreign_key<Parent>(&Entity::step_parent));
#else
  return m::entity("entities", m::key("id", &Entity::id), m::column("parent", &Entity::parent),
                   m::column("step_parent", &Entity::step_parent),
                   m::foreign_key<Parent>(&Entity::parent));
#endif
}

auto children(const tenancy::ReadRepository<Entity>& entities, const std::vector<Parent>& parents) {
  return entities.children_of(parents);
}
