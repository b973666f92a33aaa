// Whoever may choose or see the number of a row learns of other tenants' rows.
// EXPECT: mapping: rowid, oid and _rowid_ are the numbers of rows of all tenants
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
  return m::entity("entities", m::key("id", &Entity::id), m::column("rowid", &Entity::number));
#else
  return m::entity("entities", m::key("id", &Entity::id), m::column("number", &Entity::number));
#endif
}

constexpr auto table = tenancy::detail::EntityTraits<Entity>::table;
