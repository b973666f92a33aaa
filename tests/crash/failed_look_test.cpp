// Figures that are told while the disk fails.

#include <string>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "storage/backend.hpp"
#include "support/entities.hpp"
#include "support/fault_vfs.hpp"
#include "support/test_store.hpp"

using tenancy::ReadRepository;
using tenancy::detail::StoreAccess;
using tenancy_test::FaultKind;
using tenancy_test::FaultVfs;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::TestStore;
using tenancy_test::VfsCall;

TEST_CASE("a store whose file cannot be read tells its other figures") {
  FaultVfs vfs;
  tenancy::StoreOptions options;
  options.readers = 1;
  const TestStore test{options};
  const auto store = StoreAccess::backend(test.store);
  // From here on what is asked has been compiled.
  CHECK(must(store->status({})).pages.value_or(0) > 0);
  // Lest it be known without a look.
  test.run_raw("CREATE TABLE something (id INTEGER PRIMARY KEY) STRICT");
  vfs.arm({{.kind = FaultKind::io_error, .nth = 1, .only = VfsCall::shm_lock, .persistent = true}});
  const auto blind = must(store->status({}));
  CHECK(vfs.failed() > 0);
  vfs.disarm();
  CHECK_FALSE(blind.pages);
  CHECK_FALSE(blind.free_pages);
  CHECK(blind.readers == 1);
  // It looks with what is open, and opens nothing.
  CHECK(must(ReadRepository<Note>{test.store, test.enter(test.acme)}.count()) == 0);
  CHECK(must(store->status({})).pages.value_or(0) > 0);
}
