#include "tenancy/core/detail/function_ref.hpp"

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include <doctest/doctest.h>

using tenancy::detail::FunctionRef;

namespace {

int call(FunctionRef<int(int)> function, int argument) { return function(argument); }

int doubled(int number) { return 2 * number; }

struct Counter {
  int calls = 0;
  int operator()(int by) { return calls += by; }
};

struct ConstOnly {
  int operator()(int) { return -1; }
  int operator()(int number) const { return number; }
};

}  // namespace

static_assert(!std::is_default_constructible_v<FunctionRef<void()>>, "there is no empty one");
static_assert(!std::is_constructible_v<FunctionRef<int(int)>, int>);
static_assert(!std::is_constructible_v<FunctionRef<int(int)>, std::nullptr_t>);
static_assert(!std::is_constructible_v<FunctionRef<int(int)>, int (&)(int)>, "but its address");
static_assert(!std::is_constructible_v<FunctionRef<int(std::string)>, int (*)(int)>);
static_assert(!std::is_constructible_v<FunctionRef<std::string()>, void (*)()>);
static_assert(std::is_trivially_copyable_v<FunctionRef<void()>>);
static_assert(sizeof(FunctionRef<void()>) == 2 * sizeof(void*));

TEST_CASE("a lambda with and without captures") {
  const int offset = 10;
  CHECK(call([](int number) { return number + 1; }, 1) == 2);
  CHECK(call([&](int number) { return number + offset; }, 1) == 11);
}

TEST_CASE("a pointer to a function") {
  auto* const pointer = &doubled;
  CHECK(call(pointer, 4) == 8);
  CHECK(call(&doubled, 5) == 10);
}

TEST_CASE("it borrows: the caller's object is called, not a copy of it") {
  Counter counter;
  CHECK(call(counter, 2) == 2);
  CHECK(call(counter, 3) == 5);
  CHECK(counter.calls == 5);
}

TEST_CASE("a copy borrows the same object") {
  Counter counter;
  FunctionRef<int(int)> first{counter};
  const FunctionRef<int(int)> second{first};
  CHECK(first(1) == 1);
  CHECK(second(1) == 2);
  CHECK(counter.calls == 2);
}

TEST_CASE("a constant object is called as constant") {
  const ConstOnly object;
  CHECK(call(object, 7) == 7);
}

TEST_CASE("a callable that cannot be copied is no obstacle") {
  CHECK(call([held = std::make_unique<int>(3)](int number) { return *held + number; }, 4) == 7);
}

TEST_CASE("arguments and results go through unchanged") {
  std::string text = "a";
  const auto append = [](std::string& to) -> std::string& { return to += "b"; };
  const FunctionRef<std::string&(std::string&)> by_reference{append};
  CHECK(&by_reference(text) == &text);
  CHECK(text == "ab");

  const auto take = [](std::unique_ptr<int> number) { return std::make_unique<int>(*number + 1); };
  const FunctionRef<std::unique_ptr<int>(std::unique_ptr<int>)> by_move{take};
  CHECK(*by_move(std::make_unique<int>(1)) == 2);

  int calls = 0;
  const auto count = [&] { ++calls; };
  const FunctionRef<void()> without_result{count};
  without_result();
  CHECK(calls == 1);
}

TEST_CASE("what the callable throws reaches the caller") {
  const auto throws = [](int number) -> int { throw number; };
  CHECK_THROWS_AS(call(throws, 3), int);
}

TEST_CASE("what the callable returns may be of no interest") {
  int calls = 0;
  const auto count = [&calls] { return ++calls; };
  const FunctionRef<void()> call{count};
  call();
  CHECK(calls == 1);
}
