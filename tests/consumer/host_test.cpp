// A test of somebody else, with what the library has for hosts' tests.

#include <tenancy/testing/must.hpp>
#include <tenancy/testing/temporary_store.hpp>

int main() {
  const tenancy::testing::TemporaryStore store;
  const auto acme = store.context("acme");
  return acme.tenant() == store.tenant("acme").id && acme.tenant() != store.tenant("globex").id ? 0
                                                                                                : 1;
}
