// A member that always has a value is never NULL: the question is a slip.
// EXPECT: query: a member that is not optional is never NULL
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>

#include "tenancy/data/query.hpp"

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

using tenancy::field;

tenancy::Query<Note> query() {
#ifdef MUST_NOT_COMPILE
  return field<&Note::id>.is_null();
#else
  return field<&Note::link>.is_null();
#endif
}
