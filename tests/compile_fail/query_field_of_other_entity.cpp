// The field of another entity is no column here, even where one has its name.
// EXPECT: query: the member is not mapped to a column of this entity
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

struct Task {
  std::string id;
  std::int64_t hours = 0;
};

constexpr auto tenancy_mapping(std::type_identity<Task>) {
  namespace m = tenancy::mapping;
  return m::entity("tasks", m::key("id", &Task::id), m::column("hours", &Task::hours));
}

using tenancy::field;

tenancy::Query<Note> query() {
#ifdef MUST_NOT_COMPILE
  return field<&Task::hours> == 5;
#else
  return field<&Note::stars> == 5;
#endif
}
