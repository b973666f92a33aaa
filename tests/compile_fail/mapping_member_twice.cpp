// Which of the two a predicate, or a change, would mean is nobody's guess.
// EXPECT: mapping: a member is mapped to two columns
#include <cstdint>
#include <string>
#include <type_traits>

#include "tenancy/data/detail/entity_traits.hpp"

struct Entity {
  std::string id;
  std::int64_t number;
};

constexpr auto tenancy_mapping(std::type_identity<Entity>) {
  namespace m = tenancy::mapping;
#ifdef MUST_NOT_COMPILE
  return m::entity("entities", m::key("id", &Entity::id), m::column("number", &Entity::number),
                   m::column("count", &Entity::number));
#else
  return m::entity("entities", m::key("id", &Entity::id), m::column("number", &Entity::number));
#endif
}

constexpr auto table = tenancy::detail::EntityTraits<Entity>::table;
