#include "storage/postgres/address.hpp"

#include <string>

#include <doctest/doctest.h>

#include "tenancy/registry/open.hpp"
#include "tenancy/storage/postgres/store_kind.hpp"

#include "support/must.hpp"

using tenancy::errc;
using tenancy::detail::postgres::Address;
using tenancy_test::code_of;
using tenancy_test::must;

namespace {

/// Whether a keyword has that value among what libpq is given.
bool has(const Address& address, const std::string& keyword, const std::string& value) {
  const auto parameters = address.parameters();
  for (std::size_t i = 0; parameters.keywords[i] != nullptr; ++i) {
    if (parameters.keywords[i] == keyword) {
      return parameters.values[i] == value;
    }
  }
  return false;
}

}  // namespace

TEST_CASE("a URL is libpq's, with all its parameters") {
  const auto address =
      must(Address::parse("postgresql://app:s%40cret@one:1,two:2/shop?target_session_attrs=primary"
                          "&sslmode=verify-full&application_name=shop"));
  CHECK(has(address, "user", "app"));
  CHECK(has(address, "password", "s@cret"));
  CHECK(has(address, "host", "one,two"));
  CHECK(has(address, "port", "1,2"));
  CHECK(has(address, "dbname", "shop"));
  CHECK(has(address, "target_session_attrs", "primary"));
  CHECK(has(address, "sslmode", "verify-full"));
  CHECK(has(address, "application_name", "shop"));
  CHECK(has(must(Address::parse("postgres://h/d?client_encoding=LATIN1")), "client_encoding",
            "UTF8"));
  CHECK(has(address.with_database("other"), "dbname", "other"));
}

TEST_CASE("what is no URL is told without a word of it, and a password is shown nowhere") {
  for (const std::string url :
       {"postgresql://app:hunter2@[::1/shop", "postgresql://h/d?hunter2",
        "postgresql://h/%zzhunter2", "postgresql://h/d?no_such_parameter=hunter2",
        "postgresql://h:hunter2/d?sslmode",
        // Passwords with letters that are special in URLs.
        "postgresql://app:hunter2/x@db/shop", "postgresql://app:x/hunter2@db/shop",
        "postgresql://app:x@hunter2@db/shop", "postgresql://app:hunter2#/x@db/shop",
        "postgresql://app:hunter2/shop", "postgresql://app:1/hunter2@db/shop"}) {
    CAPTURE(url);
    const auto parsed = Address::parse(url);
    REQUIRE_FALSE(parsed.has_value());
    CHECK(parsed.error() == errc::invalid_url);
    CHECK(parsed.error().message().find("hunter2") == std::string::npos);
  }
  for (const std::string url :
       {"postgresql://app:x%2F@db/shop?application_name=a@b", "postgresql://app@/shop",
        "postgresql:///shop?host=/tmp/@a", "postgresql://[::1]:5432,b:5433/shop"}) {
    CAPTURE(url);
    CHECK(Address::parse(url).has_value());
  }
  CHECK(code_of(Address::parse(std::string{"postgresql://h/d\0x", 18})) == errc::invalid_url);
  CHECK(must(Address::parse("postgresql://app:hunter2@db.internal:5433/shop?sslpassword=hunter2"))
            .shown() == "user=app host=db.internal port=5433 dbname=shop");
}

TEST_CASE("a server that is not there is told with the address, without the password") {
  const auto opened = tenancy::open(
      "postgresql://app:hunter2@127.0.0.1:1/shop",
      {.keys = tenancy::KeyRing::ephemeral(), .kinds = {tenancy::postgres::store_kind()}});
  REQUIRE_FALSE(opened.has_value());
  CHECK(opened.error() == errc::unreachable);
  CHECK(opened.error().message().find("127.0.0.1") != std::string::npos);
  CHECK(opened.error().message().find("hunter2") == std::string::npos);
}

TEST_CASE("the scheme is known only to those who ask for it") {
  const auto opened = tenancy::open("postgresql://app@127.0.0.1:1/shop");
  REQUIRE_FALSE(opened.has_value());
  CHECK(opened.error() == errc::invalid_url);
  CHECK(opened.error().message().find("store_kind()") != std::string::npos);
}
