// A view into a row's bytes would outlive the row.
// EXPECT: mapping: a member's type has no Codec
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "tenancy/data/detail/entity_traits.hpp"

struct Entity {
  std::string id;
  std::string body;
  std::span<const std::byte> text;
};

constexpr auto tenancy_mapping(std::type_identity<Entity>) {
  namespace m = tenancy::mapping;
#ifdef MUST_NOT_COMPILE
  return m::entity("entities", m::key("id", &Entity::id), m::column("text", &Entity::text));
#else
  return m::entity("entities", m::key("id", &Entity::id), m::column("body", &Entity::body));
#endif
}

constexpr auto table = tenancy::detail::EntityTraits<Entity>::table;
