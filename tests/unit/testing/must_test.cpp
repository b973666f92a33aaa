#include "tenancy/testing/must.hpp"

#include <memory>
#include <string>
#include <type_traits>

#include <doctest/doctest.h>

#include "support/death.hpp"

using tenancy::errc;
using tenancy::Error;
using tenancy::Result;
using tenancy::testing::must;

TEST_CASE("a value that is there comes out, also one that can only be moved") {
  CHECK(must(Result<int>{7}) == 7);
  CHECK(*must(Result<std::unique_ptr<int>>{std::make_unique<int>(8)}) == 8);
  static_assert(std::is_void_v<decltype(must(Result<void>{tenancy::success()}))>);
  must(Result<void>{tenancy::success()});
}

TEST_CASE("a failure ends the process with the error and where the test stands") {
  const auto written = tenancy_test::message_of_abort([] {
    must(Result<int>{Error{errc::not_found, "no such thing"}});
  });
  CHECK(written.starts_with("tenancy: a test cannot go on: "));
  CHECK(written.find("no such thing") != std::string::npos);
  CHECK(written.find("must_test.cpp:" + std::to_string(__LINE__ - 4)) != std::string::npos);
  CHECK(tenancy_test::message_of_abort([] {
          must(Result<void>{Error{errc::not_found, "nothing at all"}});
        }).find("nothing at all") != std::string::npos);
}
