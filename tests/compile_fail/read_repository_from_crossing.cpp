// Reading as one tenant takes that tenant's context.
// EXPECT-GCC: no matching function for call to 'tenancy::v0::ReadRepository<Note>::ReadRepository
// EXPECT-CLANG: no matching constructor for initialization of 'const tenancy::ReadRepository<Note>'
#include <string>
#include <type_traits>

#include "tenancy/core/cross_tenant_context.hpp"
#include "tenancy/data/repository.hpp"

struct Note {
  std::string id;
  std::string body;
};

constexpr auto tenancy_mapping(std::type_identity<Note>) {
  namespace m = tenancy::mapping;
  return m::entity("notes", m::generated_key("id", &Note::id), m::column("body", &Note::body));
}

void use(const tenancy::Store& store, const tenancy::TenantContext& context,
         const tenancy::CrossTenantContext& crossing) {
  const tenancy::ReadRepository<Note> notes{store, context};
#ifdef MUST_NOT_COMPILE
  const tenancy::ReadRepository<Note> all{store, crossing};
#endif
  static_cast<void>(crossing);
}
