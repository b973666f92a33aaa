#include "service/http/json_body.hpp"

#include <string>

#include <doctest/doctest.h>

namespace {

using tenantd::read_json_object;

std::string refusal(std::string_view body) {
  const auto read = read_json_object(body);
  if (read) {
    return "taken";
  }
  const auto& problem = read.error();
  CHECK(problem.status == 400);
  REQUIRE(problem.position);
  return problem.detail + " " + std::to_string(problem.position->byte);
}

TEST_CASE("a body is taken as it was sent") {
  const std::string body =
      R"({"a":[1,-2,18446744073709551615,0.5,1e300,true,null,"\u00e9\ud83d\ude00"],"b":{"a":{}}})";
  const auto read = read_json_object(body);
  REQUIRE(read);
  CHECK(read.value() == nlohmann::json::parse(body));
  CHECK(read_json_object(" {}\r\n\t").value() == nlohmann::json::object());
}

TEST_CASE("a body that is not well-formed is refused with the place") {
  CHECK(refusal("{\n  \"a\": 1,\n  \"b\" 2\n}") ==
        "The body is not well-formed JSON in UTF-8: line 3, column 7. 19");
  CHECK(refusal("{\"a\":\"\xC3\x28\"}") ==
        "The body is not well-formed JSON in UTF-8: line 1, column 8. 8");
  CHECK(refusal("") == "The body is not well-formed JSON in UTF-8: line 1, column 1. 1");
  CHECK(refusal("{") == "The body is not well-formed JSON in UTF-8: line 1, column 2. 2");
  CHECK(refusal(std::string_view{"{}\0{}", 5}) ==
        "The body is not well-formed JSON in UTF-8: line 1, column 3. 3");
  CHECK(refusal("{} {}") == "The body is not well-formed JSON in UTF-8: line 1, column 4. 4");
  for (const char* body :
       {"{\"a\":\"\\ud800\"}", "{\"a\":NaN}", "{\"a\":01}", "{a:1}", "{\"a\":1,}", "{/**/}",
        "{\"a\":'1'}", "{\"a\":\"\t\"}", "\xFF", "\n\n\n"}) {
    CAPTURE(body);
    CHECK(refusal(body).starts_with("The body is not well-formed JSON in UTF-8: line "));
  }
}

TEST_CASE("what readers understand in different ways is refused, at any depth") {
  CHECK(refusal(R"({"a":1,"a":1})") == "The body has a member twice: line 1, column 10. 10");
  CHECK(refusal(R"({"a":1,"\u0061":2})").starts_with("The body has a member twice"));
  CHECK(refusal("{\"a\":[{},\n{\"b\":1,\"c\":{\"b\":1},\"b\":2}]}") ==
        "The body has a member twice: line 2, column 22. 32");
  CHECK(read_json_object(R"({"a":{"b":1},"b":[{"b":1},{"b":1}]})"));
  CHECK(refusal("\xEF\xBB\xBF{}").starts_with("The body begins with a byte order mark"));
  for (const char* number : {"18446744073709551616", "-9223372036854775809", "1e999", "-1e400"}) {
    CAPTURE(number);
    CHECK(refusal(std::string{"{\"a\":["} + number + "]}")
              .starts_with("The body has a number that is out of range: line 1, column "));
  }
}

TEST_CASE("only an object is a body") {
  for (const char* body : {"[]", "1", "null", "\"{}\"", "[{}]"}) {
    CAPTURE(body);
    CHECK(refusal(body).starts_with("The body is not a JSON object: line 1, column "));
  }
}

TEST_CASE("a body nests as deep as 32 levels") {
  const auto nested = [](std::size_t depth) {
    return R"({"a":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  CHECK(read_json_object(nested(31)));
  CHECK(refusal(nested(32)) == "The body nests more than 32 deep: line 1, column 37. 37");
  CHECK(refusal("{\"a\":" + std::string(1'000'000, '[')).ends_with(" 37"));
}

TEST_CASE("a body has as many values as it may, whatever they are") {
  // The object itself and the array are two.
  const auto with = [](std::size_t values, std::string_view each) {
    std::string body = R"({"a":[)";
    for (std::size_t i = 2; i < values; ++i) {
      body.append(each).append(",");
    }
    body.back() = ']';
    return body + "}";
  };
  for (const char* each : {"{}", "[]", "0", "\"\"", "true", "null", "0.5", "-1"}) {
    CAPTURE(each);
    CHECK(read_json_object(with(tenantd::max_json_values, each)));
    CHECK(refusal(with(tenantd::max_json_values + 1, each))
              .starts_with("The body has more than 100000 values: line 1, column "));
  }
  CHECK(refusal(with(tenantd::max_json_values + 10, "[]")) ==
        "The body has more than 100000 values: line 1, column 300001. 300001");
  // Deeper ones count as well.
  CHECK(read_json_object(with(50'001, "[0]")));
  CHECK(refusal(with(50'002, "[0]")).starts_with("The body has more than 100000 values"));
}

}  // namespace
