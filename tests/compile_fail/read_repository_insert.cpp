// Who may read does not change: reading has no such function.
// EXPECT-GCC: 'const class tenancy::v0::ReadRepository<Note>' has no member named 'insert'
// EXPECT-CLANG: no member named 'insert' in 'tenancy::ReadRepository<Note>'
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

void use(const tenancy::Repository<Note>& notes) {
  static_cast<void>(notes.insert(Note{}));
  const tenancy::ReadRepository<Note>& seen = notes;
  static_cast<void>(seen.find("id"));
#ifdef MUST_NOT_COMPILE
  static_cast<void>(seen.insert(Note{}));
#endif
}
