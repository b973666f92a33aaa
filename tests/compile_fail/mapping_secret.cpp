// A secret is not stored in the clear by being a member.
// EXPECT: mapping: a member's type has no Codec
#include <string>
#include <type_traits>

#include "tenancy/core/secret_bytes.hpp"
#include "tenancy/data/detail/entity_traits.hpp"

struct Entity {
  std::string id;
  tenancy::SecretBytes secret;
};

constexpr auto tenancy_mapping(std::type_identity<Entity>) {
  namespace m = tenancy::mapping;
#ifdef MUST_NOT_COMPILE
  return m::entity("entities", m::key("id", &Entity::id), m::column("secret", &Entity::secret));
#else
  return m::entity("entities", m::key("id", &Entity::id));
#endif
}

constexpr auto table = tenancy::detail::EntityTraits<Entity>::table;
