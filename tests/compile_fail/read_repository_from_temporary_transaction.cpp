// Reading borrows the transaction as well.
// EXPECT-GCC: use of deleted function 'tenancy::v0::ReadRepository<T>::ReadRepository\(tenancy::v0::ReadTransaction&&\)
// EXPECT-CLANG: call to deleted constructor of 'const tenancy::ReadRepository<Note>'
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

void use(tenancy::ReadTransaction& transaction) {
  const tenancy::ReadRepository<Note> notes{transaction};
#ifdef MUST_NOT_COMPILE
  const tenancy::ReadRepository<Note> dangling{std::move(transaction)};
#endif
}
