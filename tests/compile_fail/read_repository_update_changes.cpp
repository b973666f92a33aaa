// Who may read does not change: reading has no such function.
// EXPECT-GCC: 'const class tenancy::v0::ReadRepository<Note>' has no member named 'update'
// EXPECT-CLANG: no member named 'update' in 'tenancy::ReadRepository<Note>'
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
  const tenancy::ReadRepository<Note>& seen = notes;
  static_cast<void>(seen.find("id"));
#ifdef MUST_NOT_COMPILE
  static_cast<void>(seen.update("id", tenancy::Changes<Note>{}));
#endif
}
