// What may be read only is not written to.
// EXPECT-GCC: use of deleted function 'tenancy::v0::Repository<T>::Repository\(tenancy::v0::ReadTransaction&\)
// EXPECT-CLANG: call to deleted constructor of 'const tenancy::Repository<Note>'
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

void use(tenancy::ReadTransaction& read, tenancy::WriteTransaction& write) {
  const tenancy::ReadRepository<Note> seen{read};
  const tenancy::Repository<Note> changed{write};
#ifdef MUST_NOT_COMPILE
  const tenancy::Repository<Note> forged{read};
#endif
}
