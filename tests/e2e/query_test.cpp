#include "service/http/query.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "service/http/target.hpp"

namespace {

using tenantd::Query;
using tenantd::Target;

TEST_CASE("a target is a path and a query, with or without an origin") {
  struct Row {
    const char *text, *path, *query;
  };
  for (const Row& row : {Row{"/a?b=c?d", "/a", "b=c?d"}, Row{"/", "/", ""}, Row{"/?", "/", ""},
                         Row{"http://host/a?b", "/a", "b"}, Row{"HTTPS://host", "/", ""}}) {
    CAPTURE(row.text);
    const auto target = Target::parse(row.text);
    REQUIRE(target);
    CHECK(target.value().path == row.path);
    CHECK(target.value().query == row.query);
  }
  for (const char* text : {"", "*", "a", "?a", "http://host?a", "ftp://host/"}) {
    CAPTURE(text);
    const auto target = Target::parse(text);
    REQUIRE_FALSE(target);
    CHECK(target.error().status == 400);
  }
}

TEST_CASE("a path is decoded part by part") {
  using Parts = std::vector<std::string>;
  CHECK(tenantd::path_segments("/").value() == Parts{""});
  CHECK(tenantd::path_segments("/a/b").value() == Parts{"a", "b"});
  CHECK(tenantd::path_segments("/a//").value() == Parts{"a", "", ""});
  CHECK(tenantd::path_segments("/a%2Fb/%C3%A9+%00").value() ==
        Parts{"a/b", std::string{"\xC3\xA9+\0", 4}});
  for (const char* bad : {"/%", "/%4", "/a%g1", "/%1g/b", "/%/41"}) {
    CAPTURE(bad);
    CHECK_FALSE(tenantd::path_segments(bad));
  }
}

TEST_CASE("a query gives each parameter once") {
  const auto query = Query::parse("a=1&&b=x+y%26&c&d=").value();
  CHECK(*query.find("a") == "1");
  CHECK(*query.find("b") == "x y&");
  CHECK(query.find("c")->empty());
  CHECK(query.find("d")->empty());
  CHECK(query.find("e") == nullptr);
  for (const char* bad : {"a=1&a=2", "a&%61", "a=%", "%x=1"}) {
    CAPTURE(bad);
    CHECK_FALSE(Query::parse(bad));
  }
  CHECK(query.allow_only({"a", "b", "c", "d"}));
  CHECK_FALSE(query.allow_only({"a", "b", "c"}));
  CHECK_FALSE(query.allow_only({}));
}

TEST_CASE("a query has at most 32 parameters, and blank places are none") {
  std::string text;
  for (int i = 0; i < 32; ++i) {
    text += "&p" + std::to_string(i) + "=x&";
  }
  CHECK(*Query::parse(text).value().find("p31") == "x");
  const auto refused = Query::parse(text + "p32");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().status == 400);
  CHECK(refused.error().detail == "The query has more than 32 parameters.");
}

TEST_CASE("a number is all digits and within its range") {
  const auto query = Query::parse("n=7&low=0&high=9&sign=%2B1&blank=+1&long=7x&none=").value();
  CHECK(query.number("n", 5, 1, 8).value() == 7);
  CHECK(query.number("missing", 5, 1, 8).value() == 5);
  for (const char* bad : {"low", "high", "sign", "blank", "long", "none"}) {
    CAPTURE(bad);
    CHECK_FALSE(query.number(bad, 5, 1, 8));
  }
}

}  // namespace
