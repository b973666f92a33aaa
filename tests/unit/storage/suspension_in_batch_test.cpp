// A suspension that comes while writes of the tenant wait: what stands behind it is refused, in the
// same batch too.

#include <atomic>
#include <chrono>
#include <latch>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "support/entities.hpp"
#include "support/future_write.hpp"
#include "support/held_writer.hpp"
#include "support/report_log.hpp"
#include "support/test_store.hpp"

using tenancy::BatchReport;
using tenancy::errc;
using tenancy::ReadRepository;
using tenancy::Repository;
using tenancy::Result;
using tenancy::success;
using tenancy::WriteTransaction;
using tenancy_test::await_full_queue;
using tenancy_test::code_of;
using tenancy_test::future_write;
using tenancy_test::HeldWriter;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::ReportLog;
using tenancy_test::Task;
using tenancy_test::TestStore;
using tenancy_test::write_queued;

namespace {

using namespace std::chrono_literals;

tenancy::StoreOptions patient(std::shared_ptr<ReportLog> log = nullptr) {
  tenancy::StoreOptions options{.max_wait = 10min, .observer = std::move(log)};
  options.writes.max_waiting_per_tenant = 5;
  options.writes.max_batch_hold = 10min;
  options.writes.max_unit_hold = 10min;
  return options;
}

Result<void> insert_note(WriteTransaction& transaction, const std::string& id) {
  BOOST_OUTCOME_TRY(Repository<Note>{transaction}.insert({.id = id, .title = id}));
  return success();
}

std::uint32_t sum(const std::vector<BatchReport>& batches, std::uint32_t BatchReport::*what) {
  std::uint32_t all = 0;
  for (const auto& batch : batches) {
    all += batch.*what;
  }
  return all;
}

/// A clock that can be made to wait, which is how a test gets into a transaction of the library's.
class GateClock final : public tenancy::Clock {
 public:
  [[nodiscard]] tenancy::Timestamp now() const noexcept override {
    if (armed_.exchange(false)) {
      reached.count_down();
      go_on.wait();
    }
    return tenancy::Timestamp::from_microseconds(1'700'000'000'000'000);
  }
  void arm() { armed_ = true; }

  mutable std::latch reached{1};
  mutable std::latch go_on{1};

 private:
  mutable std::atomic<bool> armed_ = false;
};

/// A store whose suspensions wait in their middle.
struct GatedStore {
  explicit GatedStore(const TestStore& test, tenancy::StoreOptions options)
      : acme_id{test.acme.id} {
    options.clock = clock;
    authority.emplace(must(tenancy::open(
        test.url(), {.migrations = tenancy_test::test_schema(), .store = std::move(options)})));
  }

  std::shared_ptr<GateClock> clock = std::make_shared<GateClock>();
  std::optional<tenancy::Authority> authority;
  tenancy::TenantId acme_id;
};

}  // namespace

TEST_CASE("a suspension holds for the writes behind it in the same batch") {
  const auto log = std::make_shared<ReportLog>();
  const TestStore test;
  auto options = patient(log);
  options.writes.max_waiting_per_tenant = 1;
  const GatedStore gated{test, options};
  const auto store = gated.authority->store();
  const auto registry = gated.authority->registry(tenancy_test::tester());
  const auto acme = must(gated.authority->enter(test.acme.id, tenancy_test::tester()));
  // From here on the writer knows that acme is let in.
  must(Repository<Note>{store, acme}.insert({.id = "before", .title = "before"}));
  log->forget_batches();

  std::optional<Result<tenancy::Tenant>> suspended;
  std::optional<Result<void>> written;
  bool is_suspended = true;
  SUBCASE("which is kept") {}
  SUBCASE("unless it fails") {
    is_suspended = false;
    test.run_raw(
        "CREATE TRIGGER keep AFTER UPDATE ON tenancy_tenants "
        "BEGIN SELECT RAISE(ABORT, 'stays'); END");
  }
  SUBCASE("unless it breaks the batch") {
    is_suspended = false;
    test.run_raw(
        "CREATE TRIGGER keep AFTER UPDATE ON tenancy_tenants "
        "BEGIN SELECT RAISE(ROLLBACK, 'stays'); END");
  }
  gated.clock->arm();
  std::thread suspending{[&] { suspended = registry.suspend(test.acme.id); }};
  gated.clock->reached.wait();
  std::thread writing{[&] {
    written = write_queued([&] {
      return store.write(acme, [](WriteTransaction& tx) { return insert_note(tx, "behind"); });
    });
  }};
  await_full_queue(store, acme);
  gated.clock->go_on.count_down();
  suspending.join();
  writing.join();

  CHECK(suspended->has_value() == is_suspended);
  if (is_suspended) {
    CHECK(code_of(*written) == errc::tenant_not_active);
  } else {
    CHECK(written->has_value());
  }
  const auto batches = log->await_transactions(2);
  CHECK(sum(batches, &BatchReport::transactions) == 1);
  CHECK(sum(batches, &BatchReport::rolled_back) == 1);
  CHECK(test.raw().execAndGet("SELECT count(*) FROM notes").getInt() == (is_suspended ? 1 : 2));
}

TEST_CASE("a suspension holds although the batch let the tenant in before") {
  const TestStore test;
  // Again until the suspension comes to the queue in time for the batch.
  for (bool is_shared = false; !is_shared;) {
    const auto log = std::make_shared<ReportLog>();
    const GatedStore gated{test, patient(log)};
    const auto store = gated.authority->store();
    const auto registry = gated.authority->registry(tenancy_test::tester());
    const auto acme = must(gated.authority->enter(test.acme.id, tenancy_test::tester()));
    const auto globex = must(gated.authority->enter(test.globex.id, tenancy_test::tester()));
    log->forget_batches();
    const auto inserting = [](WriteTransaction& tx) -> Result<void> {
      BOOST_OUTCOME_TRY(Repository<Task>{tx}.insert(Task{1, std::nullopt, false, 0}));
      return success();
    };
    HeldWriter held{store, globex};
    // It is let in, and does not look at the clock, which is for the suspension.
    auto before = future_write(store, acme, [](WriteTransaction& tx) -> Result<void> {
      BOOST_OUTCOME_TRY(ReadRepository<Task>{tx}.count());
      return success();
    });
    gated.clock->arm();
    std::thread suspending{[&] { must(registry.suspend(test.acme.id)); }};
    std::this_thread::yield();
    held.let_go();
    gated.clock->reached.wait();
    auto behind = future_write(store, acme, inserting);
    gated.clock->go_on.count_down();
    suspending.join();
    must(held.finish());
    must(before.get().get());
    CHECK(code_of(behind.get().get()) == errc::tenant_not_active);
    const auto batches = log->await_transactions(4);
    is_shared = batches.size() == 1;
    must(test.registry.activate(test.acme.id));
  }
}

TEST_CASE("a suspension by another connection holds from the next write on") {
  const TestStore test;
  const auto acme = test.enter(test.acme);
  const Repository<Note> notes{test.store, acme};
  must(notes.insert({.title = "warm"}));
  must(notes.insert({.title = "and known"}));
  SUBCASE("past the library") {
    test.run_raw("UPDATE tenancy_tenants SET status = 'suspended', epoch = epoch + 1");
  }
  SUBCASE("of another store on the same file") {
    must(test.open_again().registry(tenancy_test::tester()).suspend(test.acme.id));
  }
  CHECK(code_of(notes.insert({.title = "x"})) == errc::tenant_not_active);
  CHECK(code_of(future_write(test.store, acme,
                             [](WriteTransaction& tx) { return insert_note(tx, "y"); })
                    .get()
                    .get()) == errc::tenant_not_active);
  CHECK(test.raw().execAndGet("SELECT count(*) FROM notes").getInt() == 2);
}

TEST_CASE("a tenant that is let in again may write with its new contexts only") {
  const TestStore test;
  const auto before = test.enter(test.acme);
  must(Repository<Note>{test.store, before}.insert({.title = "warm"}));
  must(test.registry.suspend(test.acme.id));
  must(test.registry.activate(test.acme.id));
  must(Repository<Note>{test.store, test.enter(test.acme)}.insert({.title = "new"}));
  CHECK(code_of(Repository<Note>{test.store, before}.insert({.title = "old"})) ==
        errc::stale_context);
}

TEST_CASE("an old context is refused although its batch let the tenant in with a new one") {
  const TestStore test{patient()};
  const auto before = test.enter(test.acme);
  must(test.registry.suspend(test.acme.id));
  must(test.registry.activate(test.acme.id));
  const auto after = test.enter(test.acme);
  HeldWriter held{test.store, test.enter(test.globex)};
  auto fresh =
      future_write(test.store, after, [](WriteTransaction& tx) { return insert_note(tx, "new"); });
  auto stale =
      future_write(test.store, before, [](WriteTransaction& tx) { return insert_note(tx, "old"); });
  must(held.finish());
  must(fresh.get().get());
  CHECK(code_of(stale.get().get()) == errc::stale_context);
  CHECK(must(Repository<Note>{test.store, after}.count()) == 1);
  must(Repository<Note>{test.store, after}.require("new"));
}
