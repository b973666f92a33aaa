// An entity of a key alone has nothing to update, and UPDATE would have nothing to set.
// EXPECT-GCC: no matching function for call to 'tenancy::v0::Repository<Mark>::update\(.*constraints not satisfied
// EXPECT-CLANG: invalid reference to function 'update': constraints not satisfied
#include <string>
#include <type_traits>

#include "tenancy/data/repository.hpp"

struct Mark {
  std::string id;
};

constexpr auto tenancy_mapping(std::type_identity<Mark>) {
  namespace m = tenancy::mapping;
  return m::entity("marks", m::key("id", &Mark::id));
}

void use(const tenancy::Repository<Mark>& marks) {
  static_cast<void>(marks.insert(Mark{}));
#ifdef MUST_NOT_COMPILE
  static_cast<void>(marks.update(Mark{}));
#endif
}
