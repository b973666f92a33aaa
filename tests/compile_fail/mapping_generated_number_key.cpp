// The keys that the library makes are texts.
// EXPECT-GCC: no matching function for call to 'generated_key\(
// EXPECT-CLANG: no matching function for call to 'generated_key'
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
  return m::entity("entities", m::generated_key("number", &Entity::number));
#else
  return m::entity("entities", m::generated_key("id", &Entity::id));
#endif
}

constexpr auto table = tenancy::detail::EntityTraits<Entity>::table;
