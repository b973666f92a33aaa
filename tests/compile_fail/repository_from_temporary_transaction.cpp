// A repository borrows its transaction, so it is not made from one that is about to end.
// EXPECT-GCC: use of deleted function 'tenancy::v0::Repository<T>::Repository\(tenancy::v0::WriteTransaction&&\)
// EXPECT-CLANG: call to deleted constructor of 'const tenancy::Repository<Note>'
#include <string>
#include <type_traits>
#include <utility>

#include "tenancy/data/repository.hpp"

struct Note {
  std::string id;
  std::string body;
};

constexpr auto tenancy_mapping(std::type_identity<Note>) {
  namespace m = tenancy::mapping;
  return m::entity("notes", m::generated_key("id", &Note::id), m::column("body", &Note::body));
}

void use(tenancy::WriteTransaction& transaction) {
  const tenancy::Repository<Note> notes{transaction};
#ifdef MUST_NOT_COMPILE
  const tenancy::Repository<Note> dangling{std::move(transaction)};
#endif
}
