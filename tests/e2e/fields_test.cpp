#include "service/http/fields.hpp"

#include <string>

#include <doctest/doctest.h>

namespace {

using tenantd::Fields;

std::optional<std::string_view> anything(std::string_view /*text*/) { return std::nullopt; }
std::optional<std::string_view> nothing(std::string_view /*text*/) { return "is never right"; }

tenantd::Reply<Fields> read(const std::string& body, const std::string& type = "application/json") {
  tenantd::Request request;
  request.headers = {{"Content-Type", type}};
  request.body = body;
  return Fields::read(request, {"application/json"});
}

TEST_CASE("members are handed out by name") {
  auto fields = read(R"({"a":"1","b":null,"c":"3"})").value();
  CHECK(fields.required_text("a", anything) == "1");
  const auto null = fields.nullable_text("b", anything);
  REQUIRE(null);
  CHECK_FALSE(null->has_value());
  CHECK(fields.nullable_text("c", anything).value() == "3");
  CHECK_FALSE(fields.nullable_text("d", anything));
  CHECK_FALSE(fields.optional_text("e", anything));
  CHECK(fields.finish());
}

TEST_CASE("all that is wrong is gathered") {
  auto fields = read(R"({"a":1,"b":"x","c":"x","d":[],"e":{}})").value();
  CHECK_FALSE(fields.required_text("a", anything));
  CHECK_FALSE(fields.optional_text("b", nothing));
  CHECK_FALSE(fields.nullable_text("c", nothing));
  CHECK_FALSE(fields.nullable_text("d", anything));
  CHECK_FALSE(fields.required_text("missing", anything));
  const auto finished = fields.finish();
  REQUIRE_FALSE(finished);
  CHECK(finished.error().status == 422);
  std::string report;
  for (const auto& error : finished.error().errors) {
    report += error.field + " " + error.problem + "\n";
  }
  CHECK(report ==
        "a must be a text\nb is never right\nc is never right\nd must be a text\n"
        "missing is missing\ne is unknown\n");
}

TEST_CASE("a count is a whole number that all readers keep, or null") {
  auto fields = read(R"({"a":0,"b":9007199254740991,"c":null})").value();
  CHECK(fields.required_count_or_null("a").value() == 0);
  CHECK(fields.required_count_or_null("b").value() == 9007199254740991);
  const auto none = fields.required_count_or_null("c");
  REQUIRE(none);
  CHECK_FALSE(none->has_value());
  CHECK(fields.finish());
  for (const char* const wrong : {"9007199254740992", "18446744073709551615", "1e400", "-1", "-0",
                                  "1.0", "1e2", "\"1\"", "true", "[1]", "{}"}) {
    CAPTURE(wrong);
    auto refused = read(std::string{R"({"a":)"} + wrong + "}");
    if (refused) {
      CHECK_FALSE(refused.value().required_count_or_null("a"));
      CHECK_FALSE(refused.value().finish());
    }
  }
  auto missing = read("{}").value();
  CHECK_FALSE(missing.required_count_or_null("a"));
  CHECK(missing.finish().error().errors.at(0).problem == "is missing");
}

TEST_CASE("flags are true or false, and what is wrong within an object is told with its name") {
  auto fields =
      read(R"({"a":true,"b":false,"c":1,"d":{"x":"1","y":2,"z":3},"e":[],"f":{}})").value();
  CHECK(fields.optional_flag("a") == true);
  CHECK(fields.optional_flag("b") == false);
  CHECK_FALSE(fields.optional_flag("c"));
  CHECK_FALSE(fields.optional_flag("missing"));
  auto inner = fields.optional_fields("d");
  REQUIRE(inner);
  CHECK(inner->required_text("x", anything) == "1");
  CHECK_FALSE(inner->optional_text("y", anything));
  CHECK_FALSE(inner->required_text("w", anything));
  fields.include("d", *std::move(inner));
  CHECK_FALSE(fields.optional_fields("e"));
  CHECK_FALSE(fields.optional_fields("absent"));
  fields.include("f", fields.optional_fields("f").value());
  const auto finished = fields.finish();
  REQUIRE_FALSE(finished);
  std::string report;
  for (const auto& error : finished.error().errors) {
    report += error.field + " " + error.problem + "\n";
  }
  CHECK(report ==
        "c must be true or false\nd.y must be a text\nd.w is missing\nd.z is unknown\n"
        "e must be an object\n");
}

TEST_CASE("an object is no longer than it may be when its numbers are written out") {
  const std::string body = R"({"a":{"b":[1e14,1e14]}})";
  const auto read_within = [&](std::size_t bytes) {
    tenantd::Request request;
    request.headers = {{"Content-Type", "application/json"}};
    request.body = body;
    auto fields = Fields::read(request, {"application/json"}, bytes).value();
    static_cast<void>(fields.optional_object("a"));
    return fields.finish();
  };
  const std::size_t kept = std::string{R"({"b":[100000000000000.0,100000000000000.0]})"}.size();
  CHECK(read_within(kept));
  const auto refused = read_within(kept - 1);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().status == 422);
  REQUIRE(refused.error().errors.size() == 1);
  CHECK(refused.error().errors[0].field == "a");
  CHECK(refused.error().errors[0].problem ==
        "must be at most 42 bytes with its numbers written out");
}

TEST_CASE("an object comes as text without blanks, in the order of names") {
  auto fields = read("{\"a\": {\"c\": [1, 2.50], \"b\": \"\\u00e9\" } }").value();
  const auto object = fields.optional_object("a");
  REQUIRE(object);
  CHECK(object->text() == R"({"b":"é","c":[1,2.5]})");
  CHECK(tenantd::ObjectText{}.text() == "{}");
}

TEST_CASE("a report stays small however much is unknown") {
  std::string body = "{";
  for (int i = 0; i < 1000; ++i) {
    body += "\"" + std::to_string(i) + std::string(500, 'x') + "\":1,";
  }
  body.back() = '}';
  const auto finished = read(body).value().finish();
  REQUIRE_FALSE(finished);
  CHECK(finished.error().errors.size() == 20);
  CHECK(finished.error().errors.front().field.size() == 100);
}

TEST_CASE("only one JSON object of the right type is a body") {
  CHECK(read("{}", "application/json;charset=utf-8"));
  CHECK(read("{}", "text/json").error().status == 415);
  for (const char* body : {"", "{", "[]", "1", "{} {}", R"({"a":1,"a":1})", R"({"a":1,"\u0061":2})",
                           R"({"a":'1'})", "{/**/}", "{\"a\":NaN}"}) {
    CAPTURE(body);
    CHECK(read(body).error().status == 400);
  }
}

TEST_CASE("a body that nests deeply is refused before it is taken apart") {
  const auto nested = [](std::size_t depth) {
    return R"({"a":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  CHECK(read(nested(31)));
  CHECK(read(nested(32)).error().status == 400);
  CHECK(read(std::string(1'000'000, '[')).error().status == 400);
  // Brackets in texts are text, also behind a quotation mark that is none.
  CHECK(read(R"({"a":"[[[[[[[[[[[[[[[[[[[[\"[[[[[[[[[[[[[[[["})"));
}

}  // namespace
