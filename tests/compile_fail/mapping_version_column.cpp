// What the library counts is no member's column.
// EXPECT: mapping: two members are mapped to one column
#include <cstdint>
#include <string>
#include <type_traits>

#include "tenancy/data/detail/entity_traits.hpp"

struct Entity {
  std::string id;
  std::int64_t version = 0;
};

constexpr auto tenancy_mapping(std::type_identity<Entity>) {
  namespace m = tenancy::mapping;
#ifdef MUST_NOT_COMPILE
  return m::entity("entities", m::key("id", &Entity::id), m::column("version", &Entity::version),
                   m::row_version("version"));
#else
  return m::entity("entities", m::key("id", &Entity::id), m::row_version("version"));
#endif
}

constexpr auto table = tenancy::detail::EntityTraits<Entity>::table;
