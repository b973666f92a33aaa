// The way from a repository to its session is closed.
// EXPECT-GCC: ReadRepository<T>::writing\(.*is protected within this context
// EXPECT-CLANG: 'writing' is a protected member of 'tenancy::ReadRepository<Note>'
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
  static_cast<void>(notes.count());
#ifdef MUST_NOT_COMPILE
  static_cast<void>(notes.writing(
      [](tenancy::detail::Session&) -> tenancy::Result<void> { return tenancy::success(); }));
#endif
}
