// Many threads use a tenant while one changes its status or a key: whoever begins after the change
// was answered is refused, whatever the caches hold.

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "support/future_write.hpp"
#include "support/held_writer.hpp"
#include "support/test_store.hpp"

using tenancy::errc;
using tenancy::Result;
using tenancy::TenantContext;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::TestStore;

namespace {

std::string text_of(const tenancy::IssuedApiKey& issued) {
  return std::string{issued.text.unsafe_text()};
}

Result<void> touch(const tenancy::Store& store, const TenantContext& context) {
  return store.read(context,
                    [](tenancy::ReadTransaction&) -> Result<void> { return tenancy::success(); });
}

Result<void> write_nothing(const tenancy::Store& store, const TenantContext& context) {
  return store.write(context,
                     [](tenancy::WriteTransaction&) -> Result<void> { return tenancy::success(); });
}

/// What the threads of a test saw; doctest's own checks are not for so many.
struct Tally {
  std::atomic<std::int64_t> let_in{0};
  std::atomic<std::int64_t> refused{0};
  std::atomic<std::int64_t> wrong{0};

  void count(const Result<void>& outcome, bool must_be_refused) {
    if (outcome) {
      ++(must_be_refused ? wrong : let_in);
    } else if (outcome.error() == errc::tenant_not_active ||
               outcome.error() == errc::stale_context) {
      ++refused;
    } else {
      ++wrong;
    }
  }
};

/// Threads that repeat their work until the object ends.
class Crowd {
 public:
  template <class Work>
  Crowd(int size, const Work& work) {
    for (int number = 0; number < size; ++number) {
      threads_.emplace_back([this, work, number] {
        while (!is_over_) {
          work(number);
        }
      });
    }
  }
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;
  ~Crowd() {
    is_over_ = true;
    for (auto& thread : threads_) {
      thread.join();
    }
  }

 private:
  std::atomic<bool> is_over_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace

TEST_CASE("no transaction that begins after a suspension was answered is let in") {
  const TestStore test{{.readers = 4}};
  const auto authenticator = test.authority.authenticator();
  const auto text = text_of(must(test.registry.issue_key(test.acme.id, {.name = "ci"})));
  // Odd while the tenant is surely suspended.
  std::atomic<std::uint64_t> phase = 0;
  Tally tally;
  {
    const Crowd crowd{
        6, [&](int number) {
          const auto context = number % 2 == 0 ? authenticator.authenticate(text)
                                               : test.authority.enter(test.acme.id);
          if (!context) {
            ++(context.error() == errc::tenant_not_active ? tally.refused : tally.wrong);
            return;
          }
          // A context of before the suspension is void for good: it does not matter
          // whether the tenant is let in again meanwhile.
          const bool is_suspended = phase % 2 == 1;
          tally.count(number < 4 ? touch(test.store, context.value())
                                 : write_nothing(test.store, context.value()),
                      is_suspended);
        }};
    for (int i = 0; i < 40; ++i) {
      must(test.registry.suspend(test.acme.id));
      ++phase;
      const auto refused = tally.refused.load();
      while (tally.refused < refused + 6) {
        std::this_thread::yield();
      }
      ++phase;
      must(test.registry.activate(test.acme.id));
      const auto let_in = tally.let_in.load();
      while (tally.let_in < let_in + 6) {
        std::this_thread::yield();
      }
    }
  }
  CHECK(tally.wrong == 0);
}

TEST_CASE("no transaction that begins after a key was revoked is let in by it") {
  const TestStore test{{.readers = 4}};
  const auto authenticator = test.authority.authenticator();
  const auto kept = text_of(must(test.registry.issue_key(test.acme.id, {.name = "kept"})));
  for (int round = 0; round < 12; ++round) {
    const auto issued = must(test.registry.issue_key(test.acme.id, {.name = "ci"}));
    const auto text = text_of(issued);
    std::atomic<bool> may_be_revoked = false;
    std::atomic<bool> is_revoked = false;
    Tally tally;
    std::atomic<std::int64_t> kept_let_in = 0;
    {
      const Crowd crowd{6, [&](int number) {
                          if (number == 5) {
                            const auto context = authenticator.authenticate(kept);
                            if (!context || !touch(test.store, context.value())) {
                              ++tally.wrong;
                            }
                            ++kept_let_in;
                            return;
                          }
                          const auto context = authenticator.authenticate(text);
                          if (!context) {
                            ++(context.error() == errc::invalid_credential && may_be_revoked
                                   ? tally.refused
                                   : tally.wrong);
                            return;
                          }
                          const bool was_revoked = is_revoked;
                          tally.count(number < 4 ? touch(test.store, context.value())
                                                 : write_nothing(test.store, context.value()),
                                      was_revoked);
                        }};
      while (tally.let_in < 20) {
        std::this_thread::yield();
      }
      may_be_revoked = true;
      must(test.registry.revoke_key(test.acme.id, issued.key.id));
      is_revoked = true;
      const auto refused = tally.refused.load();
      const auto let_in = kept_let_in.load();
      while (tally.refused < refused + 20 || kept_let_in < let_in + 5) {
        std::this_thread::yield();
      }
    }
    CHECK(tally.wrong == 0);
  }
}

TEST_CASE("writes that wait together with a suspension are judged one by one, in their order") {
  const TestStore test;
  const auto globex = test.enter(test.globex);
  for (int round = 0; round < 25; ++round) {
    const auto context = test.enter(test.acme);
    // The writer's connection knows the tenant.
    must(write_nothing(test.store, context));
    must(write_nothing(test.store, context));

    tenancy_test::HeldWriter held{test.store, globex};
    std::optional<Result<tenancy::Tenant>> suspended;
    std::thread suspender{[&] { suspended = test.registry.suspend(test.acme.id); }};
    std::vector<std::future<tenancy::AsyncResult<void>>> waiting;
    waiting.reserve(16);
    for (int i = 0; i < 16; ++i) {
      waiting.push_back(tenancy_test::future_write(
          test.store, context,
          [](tenancy::WriteTransaction&) -> Result<void> { return tenancy::success(); }));
    }
    must(held.finish());
    suspender.join();
    must(*std::move(suspended));
    // Once one was refused, so was all after it.
    bool was_refused = false;
    for (auto& write : waiting) {
      const auto outcome = write.get().get();
      if (!outcome) {
        CHECK(outcome.error() == errc::tenant_not_active);
      }
      CHECK((!was_refused || !outcome));
      was_refused = was_refused || !outcome;
    }
    CHECK(code_of(write_nothing(test.store, context)) == errc::tenant_not_active);
    must(test.registry.activate(test.acme.id));
  }
}

TEST_CASE("a context that expires while its write waits opens nothing") {
  const TestStore test;
  const auto expires = test.clock->now() + std::chrono::minutes{1};
  const auto issued =
      must(test.registry.issue_key(test.acme.id, {.name = "ci", .expires_at = expires}));
  const auto context = must(test.authority.authenticator().authenticate(issued.text.unsafe_text()));
  must(write_nothing(test.store, context));
  // In a silo each tenant has a writer.
  tenancy_test::HeldWriter held{test.store,
                                test.enter(tenancy_test::is_on_silo() ? test.acme : test.globex)};
  auto waiting = tenancy_test::future_write(
      test.store, context,
      [](tenancy::WriteTransaction&) -> Result<void> { return tenancy::success(); });
  test.clock->set(expires);
  must(held.finish());
  CHECK(code_of(waiting.get().get()) == errc::stale_context);
}

TEST_CASE("a suspension that is rolled back leaves everybody in") {
  const TestStore test;
  const auto context = test.enter(test.acme);
  must(write_nothing(test.store, context));
  must(touch(test.store, context));
  CHECK(code_of(test.registry.suspend(test.acme.id, test.acme.version + 7)) ==
        errc::version_conflict);
  test.run_raw(
      "CREATE TRIGGER deaf BEFORE UPDATE ON tenancy_tenants "
      "BEGIN SELECT RAISE(ABORT, 'no'); END");
  CHECK_FALSE(test.registry.suspend(test.acme.id).has_value());
  must(write_nothing(test.store, context));
  must(touch(test.store, context));
}

TEST_CASE("a tenant's context opens neither its neighbour nor its own tenant of another store") {
  const TestStore test;
  const TestStore other;
  const auto context = test.enter(test.acme);
  CHECK(code_of(touch(other.store, context)) == errc::foreign_context);
  // The same file, opened twice, is two stores.
  const auto again = test.open_again();
  CHECK(code_of(touch(again.store(), context)) == errc::foreign_context);
  CHECK(code_of(write_nothing(again.store(), context)) == errc::foreign_context);
}

TEST_CASE("a tenant is let in by what was found of itself, and not of one whose id is alike") {
  using Way = Result<void> (*)(const tenancy::Store&, const TenantContext&);
  for (const Way way : {&touch, &write_nothing}) {
    const TestStore test{{.readers = 1}};
    const std::string acme = std::to_string(test.acme.id.value());
    for (int bit = 0; bit < 4; ++bit) {
      CAPTURE(bit);
      const std::int64_t alike = test.acme.id.value() ^ (std::int64_t{1} << bit);
      test.run_raw(
          "INSERT INTO tenancy_tenants (tenant_id, slug, name, status, epoch, created_at, "
          "updated_at) SELECT " +
          std::to_string(alike) + ", 'alike-" + std::to_string(bit) +
          "', name, 'active', epoch, created_at, updated_at FROM tenancy_tenants "
          "WHERE tenant_id = " +
          acme);
      const auto context = test.enter(test.acme);
      const auto neighbours =
          must(test.authority.enter(must(tenancy::TenantId::from_value(alike))));
      must(way(test.store, context));
      // Past the library, which would tell the context itself.
      test.run_raw("UPDATE tenancy_tenants SET status = 'suspended' WHERE tenant_id = " + acme);
      // What the connection knows from here on is the neighbour's, of the same epoch.
      must(way(test.store, neighbours));
      must(way(test.store, neighbours));
      CHECK(code_of(way(test.store, context)) == errc::tenant_not_active);
      must(way(test.store, neighbours));
      test.run_raw("UPDATE tenancy_tenants SET status = 'active' WHERE tenant_id = " + acme);
    }
  }
}
