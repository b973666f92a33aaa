// A row without a version cannot be held to one.
// EXPECT-GCC: no matching function for call to 'tenancy::v0::Repository<Note>::update\(.*constraints not satisfied
// EXPECT-CLANG: no matching member function for call to 'update'
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

void use(const tenancy::Repository<Note>& notes) {
  static_cast<void>(notes.update("id", tenancy::Changes<Note>{}));
#ifdef MUST_NOT_COMPILE
  static_cast<void>(notes.update("id", tenancy::Changes<Note>{}, tenancy::RowVersion{1}));
#endif
}
