// Of two versions one would be left behind.
// EXPECT: mapping: a row has one version
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
  return m::entity("entities", m::key("id", &Entity::id), m::row_version("version"),
                   m::row_version("revision"));
#else
  return m::entity("entities", m::key("id", &Entity::id), m::row_version("version"));
#endif
}

constexpr auto table = tenancy::detail::EntityTraits<Entity>::table;
