// Enumerations are kept as their names, whose order is that of letters and not of the values.
// EXPECT: query: only numbers, texts, times and bytes are in an order
#include <array>
#include <string>
#include <type_traits>
#include <utility>

#include "tenancy/data/query.hpp"

enum class Size { small, large };

constexpr auto tenancy_names(std::type_identity<Size>) {
  return std::array{std::pair{Size::small, "small"}, std::pair{Size::large, "large"}};
}

struct Box {
  std::string id;
  Size size = Size::small;
};

constexpr auto tenancy_mapping(std::type_identity<Box>) {
  namespace m = tenancy::mapping;
  return m::entity("boxes", m::key("id", &Box::id), m::column("size", &Box::size));
}

tenancy::Query<Box> query() {
#ifdef MUST_NOT_COMPILE
  return tenancy::field<&Box::size> < Size::large;
#else
  return tenancy::field<&Box::size> == Size::large;
#endif
}
