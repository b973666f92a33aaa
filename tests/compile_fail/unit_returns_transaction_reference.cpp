// A reference to it is no better for being wrapped.
// EXPECT: a transaction, and what is made from it, ends with its unit: return values
#include <functional>
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

using Kept = tenancy::Result<std::reference_wrapper<tenancy::ReadTransaction>>;

void use(const tenancy::Store& store, const tenancy::TenantContext& context) {
  static_cast<void>(
      store.read(context, [](tenancy::ReadTransaction&) -> tenancy::Result<int> { return 1; }));
#ifdef MUST_NOT_COMPILE
  static_cast<void>(store.read(context, [](tenancy::ReadTransaction& transaction) -> Kept {
    return std::ref(transaction);
  }));
#endif
}
