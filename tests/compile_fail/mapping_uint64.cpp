// Half of these numbers do not fit the column and would come back negative.
// EXPECT: mapping: a member's type has no Codec
#include <cstdint>
#include <string>
#include <type_traits>

#include "tenancy/data/detail/entity_traits.hpp"

struct Entity {
  std::string id;
  std::int64_t small;
  std::uint64_t large;
};

constexpr auto tenancy_mapping(std::type_identity<Entity>) {
  namespace m = tenancy::mapping;
#ifdef MUST_NOT_COMPILE
  return m::entity("entities", m::key("id", &Entity::id), m::column("number", &Entity::large));
#else
  return m::entity("entities", m::key("id", &Entity::id), m::column("number", &Entity::small));
#endif
}

constexpr auto table = tenancy::detail::EntityTraits<Entity>::table;
