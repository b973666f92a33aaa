// Rows may leave the unit, but not beside what they were read with.
// EXPECT: a transaction, and what is made from it, ends with its unit: return values
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "tenancy/data/repository.hpp"

struct Note {
  std::string id;
  std::string body;
};

constexpr auto tenancy_mapping(std::type_identity<Note>) {
  namespace m = tenancy::mapping;
  return m::entity("notes", m::generated_key("id", &Note::id), m::column("body", &Note::body));
}

using Kept = tenancy::Result<std::pair<std::vector<Note>, tenancy::ReadRepository<Note>>>;

void use(const tenancy::Store& store, const tenancy::TenantContext& context) {
  static_cast<void>(
      store.read(context, [](tenancy::ReadTransaction&) -> tenancy::Result<int> { return 1; }));
#ifdef MUST_NOT_COMPILE
  static_cast<void>(store.read(context, [](tenancy::ReadTransaction& transaction) -> Kept {
    return std::pair{std::vector<Note>{}, tenancy::ReadRepository<Note>{transaction}};
  }));
#endif
}
