// A row keeps its key.
// EXPECT: changes: a key and the times of a row are not set by the caller
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>

#include "tenancy/data/changes.hpp"

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

void change(tenancy::Changes<Note>& changes) {
  changes.set<&Note::stars>(5).set<&Note::link>(std::nullopt);
#ifdef MUST_NOT_COMPILE
  changes.set<&Note::id>("other");
#endif
}
