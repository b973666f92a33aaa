// A permission outlives what reads with it.
// EXPECT-GCC: use of deleted function 'tenancy::v0::CrossTenantRepository<T>::CrossTenantRepository\(const tenancy::v0::Store&, tenancy::v0::CrossTenantContext&&
// EXPECT-CLANG: call to deleted constructor of 'const tenancy::CrossTenantRepository<Note>'
#include <string>
#include <type_traits>

#include "tenancy/data/cross_tenant_repository.hpp"

struct Note {
  std::string id;
  std::string body;
};

constexpr auto tenancy_mapping(std::type_identity<Note>) {
  namespace m = tenancy::mapping;
  return m::entity("notes", m::generated_key("id", &Note::id), m::column("body", &Note::body));
}

tenancy::CrossTenantContext take();

void use(const tenancy::Store& store) {
  const tenancy::CrossTenantContext crossing = take();
  const tenancy::CrossTenantRepository<Note> notes{store, crossing};
#ifdef MUST_NOT_COMPILE
  const tenancy::CrossTenantRepository<Note> dangling{store, take()};
#endif
}
