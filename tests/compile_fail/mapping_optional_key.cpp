// A key that may be missing names no row: NULL equals nothing, and cursors could not hold it.
// EXPECT: mapping: .*key
#include <optional>
#include <string>
#include <type_traits>

#include "tenancy/data/detail/entity_traits.hpp"

struct Entity {
  std::string id;
  std::optional<std::string> body;
};

constexpr auto tenancy_mapping(std::type_identity<Entity>) {
  namespace m = tenancy::mapping;
#ifdef MUST_NOT_COMPILE
  return m::entity("entities", m::key("body", &Entity::body));
#else
  return m::entity("entities", m::key("id", &Entity::id), m::column("body", &Entity::body));
#endif
}

constexpr auto table = tenancy::detail::EntityTraits<Entity>::table;
