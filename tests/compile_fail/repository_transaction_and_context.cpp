// Within one tenant's transaction there is no other tenant: a repository takes its tenant from it.
// EXPECT-GCC: no matching function for call to 'tenancy::v0::Repository<Note>::Repository
// EXPECT-CLANG: no matching constructor for initialization of 'const tenancy::Repository<Note>'
#include <string>
#include <type_traits>

#include "tenancy/data/repository.hpp"

struct Note {
  std::string id;
  std::string body;
};

constexpr auto tenancy_mapping(std::type_identity<Note>) {
  namespace m = tenancy::mapping;
  return m::entity("notes", m::generated_key("id", &Note::id), m::column("body", &Note::body));
}

void use(tenancy::WriteTransaction& acme, const tenancy::TenantContext& umbra) {
  const tenancy::Repository<Note> notes{acme};
#ifdef MUST_NOT_COMPILE
  const tenancy::Repository<Note> others{acme, umbra};
#endif
  static_cast<void>(umbra);
}
