// Rows of all tenants are read and not changed.
// EXPECT-GCC: 'const class tenancy::v0::CrossTenantRepository<Note>' has no member named 'insert_many'
// EXPECT-CLANG: no member named 'insert_many' in 'tenancy::CrossTenantRepository<Note>'
#include <string>
#include <type_traits>
#include <vector>

#include "tenancy/data/cross_tenant_repository.hpp"

struct Note {
  std::string id;
  std::string body;
};

constexpr auto tenancy_mapping(std::type_identity<Note>) {
  namespace m = tenancy::mapping;
  return m::entity("notes", m::generated_key("id", &Note::id), m::column("body", &Note::body));
}

void use(const tenancy::CrossTenantRepository<Note>& notes) {
  static_cast<void>(notes.count());
#ifdef MUST_NOT_COMPILE
  static_cast<void>(notes.insert_many(std::vector<Note>{}));
#endif
}
