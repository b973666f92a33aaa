// A pointer to another type's member would read beyond the row.
// EXPECT: mapping: a column's member belongs to another type
#include <string>
#include <type_traits>

#include "tenancy/data/detail/entity_traits.hpp"

struct Other {
  std::string body;
};

struct Entity {
  std::string id;
  std::string body;
};

constexpr auto tenancy_mapping(std::type_identity<Entity>) {
  namespace m = tenancy::mapping;
#ifdef MUST_NOT_COMPILE
  return m::entity("entities", m::key("id", &Entity::id), m::column("body", &Other::body));
#else
  return m::entity("entities", m::key("id", &Entity::id), m::column("body", &Entity::body));
#endif
}

constexpr auto table = tenancy::detail::EntityTraits<Entity>::table;
