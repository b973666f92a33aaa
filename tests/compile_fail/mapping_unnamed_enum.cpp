// An enumeration is stored by names, which must be given.
// EXPECT: mapping: a member's type has no Codec
#include <array>
#include <string>
#include <type_traits>
#include <utility>

#include "tenancy/data/detail/entity_traits.hpp"

enum class Status { live, failed };

#ifndef MUST_NOT_COMPILE
constexpr auto tenancy_names(std::type_identity<Status>) {
  return std::array{std::pair{Status::live, "live"}, std::pair{Status::failed, "failed"}};
}
#endif

struct Entity {
  std::string id;
  Status status;
};

constexpr auto tenancy_mapping(std::type_identity<Entity>) {
  namespace m = tenancy::mapping;
  return m::entity("entities", m::key("id", &Entity::id), m::column("status", &Entity::status));
}

constexpr auto table = tenancy::detail::EntityTraits<Entity>::table;
