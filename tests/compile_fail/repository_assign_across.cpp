// A repository takes what works for one tenant, not the two sides of a copy.
// EXPECT-GCC: no matching function for call to .*Repository<Note>
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

void use(tenancy::WriteTransaction& acme, tenancy::WriteTransaction& umbra) {
  const tenancy::Repository<Note> notes{acme};
#ifdef MUST_NOT_COMPILE
  const tenancy::Repository<Note> both{acme, umbra};
#endif
  static_cast<void>(umbra);
}
