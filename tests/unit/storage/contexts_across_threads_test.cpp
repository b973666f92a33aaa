// Contexts, stores and repositories that many threads and coroutines share: each call is its
// tenant's, whichever thread makes it and whichever connection it gets.

#include <array>
#include <atomic>
#include <cstddef>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "property/dice.hpp"
#include "support/entities.hpp"
#include "support/sanitized.hpp"
#include "support/test_store.hpp"

using tenancy::AsyncResult;
using tenancy::errc;
using tenancy::ReadRepository;
using tenancy::Repository;
using tenancy::Result;
using tenancy::Store;
using tenancy::TenantContext;
using tenancy::WriteTransaction;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::TestStore;

namespace asio = boost::asio;

// GCC 12 says this of what it makes of a coroutine.
#pragma GCC diagnostic ignored "-Wzero-as-null-pointer-constant"

namespace {

constexpr std::size_t threads = 4;
const int rounds = tenancy_test::is_sanitized ? 50 : 200;

/// Two tenants with rows of the same keys, which say whose they are.
struct Shared {
  TestStore test{{.readers = 2}};
  std::array<std::string, 2> names{"acme", "globex"};
  std::array<TenantContext, 2> contexts{test.enter(test.acme), test.enter(test.globex)};
  std::atomic<int> wrong = 0;

  Shared() {
    for (std::size_t tenant = 0; tenant < 2; ++tenant) {
      must(Repository<Note>{test.store, contexts[tenant]}.insert(
          {.id = "shared", .title = names[tenant]}));
    }
  }

  void look(std::size_t tenant) {
    const auto found = ReadRepository<Note>{test.store, contexts[tenant]}.find("shared");
    if (!found || !found.value() || found.value()->title != names[tenant]) {
      ++wrong;
    }
  }
};

template <class Unit, class Token>
auto async_write(Store store, TenantContext context, Unit unit, Token&& token) {
  using T = typename std::invoke_result_t<Unit&, WriteTransaction&>::value_type;
  return asio::async_initiate<Token, void(AsyncResult<T>)>(
      [](auto handler, const Store& opened, const TenantContext& tenant, Unit moved) {
        auto work = asio::make_work_guard(handler);
        opened.async_write(
            tenant, std::move(moved),
            [handler = std::move(handler), work = std::move(work)](AsyncResult<T> result) mutable {
              asio::post(work.get_executor(),
                         [handler = std::move(handler), result = std::move(result)]() mutable {
                           std::move(handler)(std::move(result));
                         });
            });
      },
      token, std::move(store), std::move(context), std::move(unit));
}

/// Goes from thread to thread, with a tenant's work on each, and changes the tenant as it goes.
asio::awaitable<void> wander(Shared& shared, int number) {
  const auto executor = co_await asio::this_coro::executor;
  for (int round = 0; round < rounds / 10; ++round) {
    const auto tenant = static_cast<std::size_t>(number + round) % 2;
    shared.look(tenant);
    co_await asio::post(executor, asio::use_awaitable);
    const std::string id = std::to_string(number) + "-" + std::to_string(round);
    const std::string title = shared.names[tenant] + id;
    auto unit = [id, title](WriteTransaction& tx) {
      return Repository<Note>{tx}.insert({.id = id, .title = title});
    };
    const TenantContext context = shared.contexts[tenant];
    auto written =
        (co_await async_write(shared.test.store, context, std::move(unit), asio::use_awaitable))
            .get();
    if (!written || written.value().title != title) {
      ++shared.wrong;
    }
    // The other tenant has no row with this key.
    const auto other =
        ReadRepository<Note>{shared.test.store, shared.contexts[1 - tenant]}.find(id);
    if (!other || other.value()) {
      ++shared.wrong;
    }
  }
}

}  // namespace

TEST_CASE("threads share contexts, and each call is its tenant's") {
  Shared shared;
  std::vector<std::thread> running;
  for (std::size_t thread = 0; thread < threads; ++thread) {
    running.emplace_back([&shared, thread] {
      const auto& store = shared.test.store;
      for (int round = 0; round < rounds; ++round) {
        const std::size_t tenant = (thread + static_cast<std::size_t>(round)) % 2;
        shared.look(tenant);
        if (round % 10 == 0) {
          const std::string id = std::to_string(thread) + "-" + std::to_string(round);
          const auto outcome =
              store.write(shared.contexts[tenant], [&](WriteTransaction& tx) -> Result<void> {
                BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert({.id = id, .title = id}));
                return round % 20 == 0 ? Result<void>{tenancy::success()}
                                       : tenancy::Error{errc::invalid_argument, "dropped"};
              });
          if (outcome.has_value() != (round % 20 == 0)) {
            ++shared.wrong;
          }
        }
      }
    });
  }
  for (auto& thread : running) {
    thread.join();
  }
  CHECK(shared.wrong == 0);
  for (std::size_t tenant = 0; tenant < 2; ++tenant) {
    must(ReadRepository<Note>{shared.test.store, shared.contexts[tenant]}.for_each(
        {}, [&](const Note& note) {
          if (note.id != "shared") {
            const auto by = note.id.find('-');
            CHECK((std::stoul(note.id) + std::stoul(note.id.substr(by + 1))) % 2 == tenant);
          }
        }));
  }
}

TEST_CASE("coroutines take contexts from thread to thread, and each call is its tenant's") {
  Shared shared;
  asio::thread_pool pool{threads};
  constexpr int coroutines = 8;
  for (int number = 0; number < coroutines; ++number) {
    asio::co_spawn(pool, wander(shared, number), asio::detached);
  }
  pool.join();
  CHECK(shared.wrong == 0);
  const std::int64_t written = coroutines * (rounds / 10);
  std::int64_t counted = 0;
  for (const auto& context : shared.contexts) {
    counted += must(ReadRepository<Note>{shared.test.store, context}.count()) - 1;
  }
  CHECK(counted == written);
}

TEST_CASE("a tenant that is suspended is out for every thread that holds its context") {
  Shared shared;
  std::atomic<bool> is_suspended = false;
  std::vector<std::thread> running;
  for (std::size_t thread = 0; thread < threads; ++thread) {
    running.emplace_back([&shared, &is_suspended] {
      const ReadRepository<Note> of_acme{shared.test.store, shared.contexts[0]};
      while (true) {
        // Before the call: what comes after must be refused.
        const bool was_suspended = is_suspended;
        const auto found = of_acme.find("shared");
        if (was_suspended) {
          if (found || found.error() != errc::tenant_not_active) {
            ++shared.wrong;
          }
          return;
        }
        if (!found && found.error() != errc::tenant_not_active) {
          ++shared.wrong;
        }
        shared.look(1);
      }
    });
  }
  must(shared.test.registry.suspend(shared.test.acme.id));
  is_suspended = true;
  for (auto& thread : running) {
    thread.join();
  }
  CHECK(shared.wrong == 0);
}
