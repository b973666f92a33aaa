// An asynchronous write hands its outcome to whoever comes next, on any thread.
// EXPECT: a transaction, and what is made from it, ends with its unit: return values
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

using Notes = tenancy::Repository<Note>;

void use(const tenancy::Store& store, const tenancy::TenantContext& context) {
  store.async_write(
      context, [](tenancy::WriteTransaction&) -> tenancy::Result<int> { return 1; },
      [](tenancy::AsyncResult<int>) {});
#ifdef MUST_NOT_COMPILE
  store.async_write(
      context,
      [](tenancy::WriteTransaction& transaction) -> tenancy::Result<Notes> {
        return Notes{transaction};
      },
      [](tenancy::AsyncResult<Notes>) {});
#endif
}
