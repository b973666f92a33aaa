// A codec that wants the whole statement is none: it could bind the tenant's parameter.
// EXPECT: mapping: a member's type has no Codec
#include <string>
#include <type_traits>

#include "tenancy/data/detail/entity_traits.hpp"
#include "tenancy/storage/detail/statement.hpp"

struct Greedy {};

template <>
struct tenancy::Codec<Greedy> {
  static void bind(detail::Statement& statement, int parameter, Greedy value) noexcept;
  static bool read(const detail::Statement& statement, int column, Greedy& value) noexcept;
};

struct Entity {
  std::string id;
  std::string body;
  Greedy greedy;
};

constexpr auto tenancy_mapping(std::type_identity<Entity>) {
  namespace m = tenancy::mapping;
#ifdef MUST_NOT_COMPILE
  return m::entity("entities", m::key("id", &Entity::id), m::column("greedy", &Entity::greedy));
#else
  return m::entity("entities", m::key("id", &Entity::id), m::column("body", &Entity::body));
#endif
}

constexpr auto table = tenancy::detail::EntityTraits<Entity>::table;
