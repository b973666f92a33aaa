// A test of somebody else, with what the library has for hosts' tests.

#include <cstddef>
#include <string>
#include <type_traits>

#include <tenancy/testing/isolation_check.hpp>
#include <tenancy/testing/must.hpp>
#include <tenancy/testing/temporary_store.hpp>

namespace {

struct Remark {
  std::string id = {};
  std::string text = {};
};

constexpr auto tenancy_mapping(std::type_identity<Remark>) {
  namespace m = tenancy::mapping;
  return m::entity("remarks", m::generated_key("id", &Remark::id),
                   m::column("text", &Remark::text));
}

bool host_rows_are_apart() {
  const tenancy::testing::TemporaryStore store{
      {.migrations = {{1, "remarks",
                       "CREATE TABLE remarks (tenant_id INTEGER NOT NULL, id TEXT NOT NULL, "
                       "text TEXT NOT NULL, PRIMARY KEY (tenant_id, id)) STRICT, WITHOUT ROWID"}}}};
  tenancy::testing::IsolationCheck check{store};
  check.repository(tenancy::testing::Factory<Remark>{
      [](Remark& remark, std::size_t number) { remark.text = "Text " + std::to_string(number); }});
  return check.finish().holds();
}

}  // namespace

int main() {
  const tenancy::testing::TemporaryStore store;
  const auto acme = store.context("acme");
  const bool apart =
      acme.tenant() == store.tenant("acme").id && acme.tenant() != store.tenant("globex").id;
  return apart && host_rows_are_apart() ? 0 : 1;
}
