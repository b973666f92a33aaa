// A session runs any statement, so deriving from a repository must not lead to one.
// EXPECT-GCC: reading.* is private within this context
// EXPECT-CLANG: 'reading' is a private member of
#include <string>
#include <type_traits>

#include "tenancy/data/repository.hpp"

struct Note {
  std::string id;
};

constexpr auto tenancy_mapping(std::type_identity<Note>) {
  namespace m = tenancy::mapping;
  return m::entity("notes", m::key("id", &Note::id));
}

struct Open : tenancy::ReadRepository<Note> {
  using ReadRepository::count;
#ifdef MUST_NOT_COMPILE
  using ReadRepository::reading;
#endif
};
