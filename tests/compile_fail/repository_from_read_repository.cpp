// Who was given reading does not get writing out of it.
// EXPECT-GCC: no matching function for call to 'tenancy::v0::Repository<Note>::Repository\(<brace-enclosed initializer list>\)'
// EXPECT-CLANG: no matching constructor for initialization of 'const tenancy::Repository<Note>'
#include "tenancy/data/repository.hpp"

#include <string>
#include <type_traits>

struct Note {
  std::string id;
  std::string body;
};

constexpr auto tenancy_mapping(std::type_identity<Note>) {
  namespace m = tenancy::mapping;
  return m::entity("notes", m::generated_key("id", &Note::id), m::column("body", &Note::body));
}

void use(const tenancy::Repository<Note>& notes) {
  const tenancy::ReadRepository<Note>& seen = notes;
#ifdef MUST_NOT_COMPILE
  const tenancy::Repository<Note> changed{seen};
#endif
}
