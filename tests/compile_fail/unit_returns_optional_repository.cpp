// Nor is a repository for being held by something else.
// EXPECT: a transaction, and what is made from it, ends with its unit: return values
#include <optional>
#include <string>
#include <type_traits>

#include "tenancy/data/repository.hpp"

struct Note {
  std::string id;
  std::string body;
};

constexpr auto tenancy_mapping(std::type_identity<Note>) {
  namespace m = tenancy::mapping;
  return m::entity("notes", m::generated_key("id", &Note::id), m::column("body", &Note::body));
}

using Kept = tenancy::Result<std::optional<tenancy::Repository<Note>>>;

void use(const tenancy::Store& store, const tenancy::TenantContext& context) {
  static_cast<void>(
      store.write(context, [](tenancy::WriteTransaction&) -> tenancy::Result<int> { return 1; }));
#ifdef MUST_NOT_COMPILE
  static_cast<void>(store.write(context, [](tenancy::WriteTransaction& transaction) -> Kept {
    return std::optional{tenancy::Repository<Note>{transaction}};
  }));
#endif
}
