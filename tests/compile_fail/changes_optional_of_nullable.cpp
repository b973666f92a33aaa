// What is absent and what is to be NULL are two things: an empty optional would be taken for NULL.
// EXPECT: deleted (member )?function.*set_if
#include <optional>
#include <string>
#include <type_traits>

#include "tenancy/data/changes.hpp"

struct Note {
  std::string id;
  std::optional<std::string> link;
};

constexpr auto tenancy_mapping(std::type_identity<Note>) {
  namespace m = tenancy::mapping;
  return m::entity("notes", m::key("id", &Note::id), m::column("link", &Note::link));
}

void change(tenancy::Changes<Note>& changes, const std::optional<std::string>& link) {
#ifdef MUST_NOT_COMPILE
  changes.set_if<&Note::link>(link);
#else
  changes.set_if<&Note::link>(std::optional<std::optional<std::string>>{link});
#endif
}
