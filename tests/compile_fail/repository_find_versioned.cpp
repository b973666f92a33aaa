// A row without a version has none to be found with.
// EXPECT-GCC: no matching function for call to 'tenancy::v0::ReadRepository<Note>::find_versioned\(.*constraints not satisfied
// EXPECT-CLANG: invalid reference to function 'find_versioned': constraints not satisfied
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>

#include "tenancy/data/repository.hpp"

struct Note {
  std::string id;
  std::int64_t stars = 0;
  std::optional<std::string> link;
  tenancy::Timestamp created_at;
  std::string draft;
};

constexpr auto tenancy_mapping(std::type_identity<Note>) {
  namespace m = tenancy::mapping;
  return m::entity("notes", m::key("id", &Note::id), m::column("stars", &Note::stars),
                   m::column("link", &Note::link), m::created_at("created_at", &Note::created_at));
}

void use(const tenancy::ReadRepository<Note>& notes) {
  static_cast<void>(notes.find("id"));
#ifdef MUST_NOT_COMPILE
  static_cast<void>(notes.find_versioned("id"));
#endif
}
