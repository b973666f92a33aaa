// A tenant's transaction reads its own rows only.
// EXPECT-GCC: no matching function for call to 'tenancy::v0::CrossTenantRepository<Note>::CrossTenantRepository\(<brace-enclosed initializer list>\)'
// EXPECT-CLANG: no matching constructor for initialization of 'const tenancy::CrossTenantRepository<Note>'
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

void use(tenancy::ReadTransaction& transaction, const tenancy::Store& store,
         const tenancy::CrossTenantContext& crossing) {
  const tenancy::CrossTenantRepository<Note> notes{store, crossing};
#ifdef MUST_NOT_COMPILE
  const tenancy::CrossTenantRepository<Note> others{transaction};
#else
  static_cast<void>(transaction);
#endif
}
