// A visitor looks at a row that is another one at the next call.
// EXPECT-GCC: no type named 'type' in 'struct std::invoke_result<.*const Note&>'
// EXPECT-CLANG: no type named 'type' in 'std::invoke_result<.*const Note &>'
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

void use(const tenancy::ReadRepository<Note>& notes) {
  static_cast<void>(notes.for_each({}, [](const Note&) {}));
#ifdef MUST_NOT_COMPILE
  static_cast<void>(notes.for_each({}, [](Note& row) { row.body.clear(); }));
#endif
}
