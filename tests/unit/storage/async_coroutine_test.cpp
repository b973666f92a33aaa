// Asynchronous writes from coroutines of Boost.Asio, as docs show it.

#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "support/entities.hpp"
#include "support/test_store.hpp"

using tenancy::AsyncResult;
using tenancy::errc;
using tenancy::ReadRepository;
using tenancy::Repository;
using tenancy::Result;
using tenancy::Store;
using tenancy::TenantContext;
using tenancy::WriteTransaction;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::TestStore;

namespace asio = boost::asio;

// GCC 12 says this of what it makes of a coroutine.
#pragma GCC diagnostic ignored "-Wzero-as-null-pointer-constant"

namespace {

/// `Store::async_write` for any completion token. The result arrives on the caller's executor.
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

asio::awaitable<Result<Note>> add_note(const Store& store, const TenantContext& context,
                                       const std::string& title) {
  auto unit = [title](WriteTransaction& tx) {
    return Repository<Note>{tx}.insert({.id = title, .title = title});
  };
  auto written = co_await async_write(store, context, std::move(unit), asio::use_awaitable);
  co_return std::move(written).get();
}

}  // namespace

TEST_CASE("a coroutine waits for a write without holding its thread") {
  const TestStore test;
  const auto acme = test.enter(test.acme);
  constexpr int count = 100;
  asio::io_context loop;
  int done = 0;
  const auto here = std::this_thread::get_id();
  const auto add = [&](int number) -> asio::awaitable<void> {
    const auto title = std::to_string(number);
    const Note note = must(co_await add_note(test.store, acme, title));
    CHECK(note.title == title);
    CHECK(std::this_thread::get_id() == here);
    ++done;
  };
  for (int i = 0; i < count; ++i) {
    asio::co_spawn(loop, add(i), asio::detached);
  }
  loop.run();
  CHECK(done == count);
  CHECK(must(ReadRepository<Note>{test.store, acme}.count()) == count);
}

TEST_CASE("a coroutine is told the error, or the exception, of its write") {
  const TestStore test;
  const auto acme = test.enter(test.acme);
  asio::io_context loop;
  const auto play = [&]() -> asio::awaitable<void> {
    must(co_await add_note(test.store, acme, "taken"));
    CHECK(code_of(co_await add_note(test.store, acme, "taken")) == errc::already_exists);
    auto unit = [](WriteTransaction& /*tx*/) -> Result<void> {
      throw std::runtime_error{"the host's own"};
    };
    auto thrown = co_await async_write(test.store, acme, unit, asio::use_awaitable);
    CHECK_THROWS_AS(static_cast<void>(std::move(thrown).get()), std::runtime_error);
  };
  auto played = asio::co_spawn(loop, play(), asio::use_future);
  loop.run();
  played.get();
}
