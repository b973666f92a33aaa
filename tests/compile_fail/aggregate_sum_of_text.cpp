// A text has no sum: SQLite would make 0 of it.
// EXPECT: query: only numbers have a sum
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
  static_cast<void>(notes.aggregate(tenancy::sum_of<&Note::stars>));
#ifdef MUST_NOT_COMPILE
  static_cast<void>(notes.aggregate(tenancy::sum_of<&Note::link>));
#endif
}
