// The time of creation is a timestamp.
// EXPECT-GCC: no matching function for call to 'created_at\(
// EXPECT-CLANG: no matching function for call to 'created_at'
#include <string>
#include <type_traits>

#include "tenancy/data/detail/entity_traits.hpp"

struct Entity {
  std::string id;
  tenancy::Timestamp at;
  std::string text;
};

constexpr auto tenancy_mapping(std::type_identity<Entity>) {
  namespace m = tenancy::mapping;
#ifdef MUST_NOT_COMPILE
  return m::entity("entities", m::key("id", &Entity::id), m::created_at("at", &Entity::text));
#else
  return m::entity("entities", m::key("id", &Entity::id), m::created_at("at", &Entity::at));
#endif
}

constexpr auto table = tenancy::detail::EntityTraits<Entity>::table;
