// Release builds define NDEBUG; the library's invariants hold in them too.
#ifndef NDEBUG
#define NDEBUG 1  // NOLINT(readability-identifier-naming): the standard's name
#endif

#include "tenancy/core/assert.hpp"

#include <string>

#include <doctest/doctest.h>

#include "support/death.hpp"

using tenancy_test::aborts_with;
using tenancy_test::message_of_abort;

TEST_CASE("a broken invariant stops the process when NDEBUG is defined, too") {
  CHECK(aborts_with("the sum is off", [] { TENANCY_ASSERT(1 + 1 == 3, "the sum is off"); }));
}

TEST_CASE("the last words name the reason, the expression and the place") {
  const std::string words = message_of_abort([] { TENANCY_ASSERT(1 + 1 == 3, "the sum is off"); });
  CHECK(words.starts_with("tenancy: broken invariant: the sum is off (1 + 1 == 3) at "));
  CHECK(words.find("assert_test.cpp:") != std::string::npos);
  CHECK(words.ends_with('\n'));
}

TEST_CASE("an invariant that holds costs nothing but its evaluation, once") {
  int evaluations = 0;
  TENANCY_ASSERT(++evaluations == 1, "evaluated twice");
  CHECK(evaluations == 1);
}

TEST_CASE("the helper for deaths tells an abort from an end in peace") {
  CHECK(message_of_abort([] {}).starts_with("no abort"));
  CHECK(message_of_abort([] { ::raise(SIGKILL); }).starts_with("no abort"));
  CHECK_FALSE(aborts_with("", [] { std::abort(); }));
  CHECK_FALSE(aborts_with("another reason", [] { TENANCY_ASSERT(false, "this reason"); }));
}
