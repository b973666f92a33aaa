// A member without a column cannot be sorted by.
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

using tenancy::field;

tenancy::Query<Note> query() {
#ifdef MUST_NOT_COMPILE
  return tenancy::Query<Note>{}.order_by(tenancy::ascending<&Note::draft>);
#else
  return tenancy::Query<Note>{}.order_by(tenancy::ascending<&Note::id>);
#endif
}
