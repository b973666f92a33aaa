#include "registry/json_object.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/must.hpp"

using tenancy::errc;
using tenancy::detail::check_json_object;
using tenancy_test::code_of;
using tenancy_test::must;

namespace {

std::string nested(int levels) {
  std::string text = "{}";
  for (int level = 1; level < levels; ++level) {
    text = (level % 2 == 0 ? R"({"a":)" : R"({"b":[)") + text + (level % 2 == 0 ? "}" : "]}");
  }
  return text;
}

void check_bad(const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    CAPTURE(text);
    CHECK(code_of(check_json_object(text)) == errc::invalid_argument);
  }
}

}  // namespace

TEST_CASE("objects of any members are objects") {
  for (const std::string& text : std::vector<std::string>{
           "{}", " {\r\n\t} ", R"({"a":1})",
           R"({"a":null,"b":true,"c":false,"d":-1.5e3,"e":"x","f":[],"g":{}})",
           R"({"a":[[1],{"a":1},{"a":2}]})", R"({"":0})", R"({"a":{"a":{"a":0}}})",
           R"({"a":"\u00e4\n\"\\\/\ud83d\ude00"})", "{\"\xC3\xA4\":\"\xF0\x9F\x98\x80\"}",
           R"({"a":1.7976931348623157e308})", R"({"a":-9223372036854775808})",
           R"({"a":18446744073709551615})", R"({"a":1e-400})", R"({"a":"\u0000"})"}) {
    CAPTURE(text);
    must(check_json_object(text));
  }
}

TEST_CASE("what is no object is refused") {
  check_bad({"",  " ", "[]", "[{}]", "1",    "-1",    "1.5", "\"x\"", "null", "true", "false",
             "x", "{", "}",  "{}}",  "{}{}", "{} {}", "{},", "[",     "]",    ","});
}

TEST_CASE("malformed text is refused") {
  check_bad({R"({"a"})",          R"({"a":})",          R"({"a":1,})",       R"({,})",
             R"({"a" 1})",        R"({a:1})",           R"({'a':1})",        R"({"a":01})",
             R"({"a":+1})",       R"({"a":.5})",        R"({"a":1.})",       R"({"a":NaN})",
             R"({"a":Infinity})", R"({"a":-Infinity})", R"({"a":0x1})",      R"({"a":"x})",
             R"({"a":"\x"})",     R"({"a":"\u12"})",    R"({"a":[1,]})",     R"({"a":[1})",
             R"({"a":tru})",      R"({"a":True})",      R"({"a":undefined})"});
}

TEST_CASE("comments are no JSON") {
  check_bad({"{/**/}", "{} // x", "// x\n{}", "{\"a\":1 /* x */}"});
}

TEST_CASE("a key stands once in an object, however it is spelt") {
  check_bad({R"({"a":1,"a":1})", R"({"a":1,"b":2,"a":3})", R"({"a":1,"\u0061":2})",
             R"({"":1,"":2})", R"({"x":{"a":1,"a":2}})", R"({"x":[{"a":1,"a":2}]})",
             R"({"x":{"a":1},"x":{"b":2}})"});
  must(check_json_object(R"({"a":1,"A":2,"x":{"a":1},"y":[{"a":1},{"a":1}]})"));
  // Composed and decomposed are two keys, as they are two texts.
  must(check_json_object("{\"\xC3\xA4\":1,\"a\xCC\x88\":2}"));
}

TEST_CASE("a number that no double holds is refused") {
  check_bad({R"({"a":1e999})", R"({"a":-1e999})", R"({"a":[1e400]})",
             R"({"a":)" + std::string(400, '9') + "}"});
}

TEST_CASE("depth is limited, and great depth costs no stack") {
  must(check_json_object(nested(17)));
  std::string deepest = "1";
  for (int level = 0; level < 32; ++level) {
    deepest = "{\"a\":" + deepest + "}";
  }
  must(check_json_object(deepest));
  check_bad({"{\"a\":" + deepest + "}"});
  std::string bottomless;
  for (int level = 0; level < 100'000; ++level) {
    bottomless += "{\"a\":";
  }
  check_bad({bottomless, "{\"a\":" + std::string(1'000'000, '[')});
}

TEST_CASE("text that is not UTF-8 is refused") {
  check_bad({"{\"a\":\"\xFF\"}", "{\"\xC3\":1}", "{\"a\":\"\xC0\xAF\"}", "{\"a\":\"\xED\xA0\x80\"}",
             "{\"a\":\"\xF4\x90\x80\x80\"}", "\xFF{}", "{}\xFF"});
}

TEST_CASE("half of a surrogate pair is no character") {
  check_bad({R"({"a":"\ud83d"})", R"({"a":"\ude00"})", R"({"a":"\ud83dx"})",
             R"({"a":"\ud83d\u0041"})", R"({"\ud83d":1})"});
}

TEST_CASE("control characters stand in no string as they are") {
  check_bad({"{\"a\":\"x\ny\"}", "{\"a\":\"\t\"}", "{\"a\x01\":1}"});
}

TEST_CASE("nothing hides behind a NUL") {
  // A parser of C strings sees the end there, and another reader the rest.
  using namespace std::string_literals;
  check_bad({"{}\0"s, "{}\0x"s, "{}\0{\"a\":1,\"a\":2}"s, "\0{}"s, "{\"a\":1}\0}"s, "{\"a\0b\":1}"s,
             "{\"a\":\"x\0y\"}"s, "{\0}"s, "\0"s});
}

TEST_CASE("a byte order mark is no JSON") {
  check_bad({"\xEF\xBB\xBF{}", "\xEF\xBB\xBF", "{}\xEF\xBB\xBF", "{\xEF\xBB\xBF}"});
}

TEST_CASE("the error tells the place, and nothing of the text") {
  const auto refused = check_json_object(R"({"secret-name":"secret-value","x":oops})");
  REQUIRE_FALSE(refused.has_value());
  const auto text = refused.error().to_string();
  CHECK(text.find("secret") == std::string::npos);
  CHECK(text.find("byte 3") != std::string::npos);
  const auto twice = check_json_object(R"({"secret":1,"secret":2})");
  REQUIRE_FALSE(twice.has_value());
  CHECK(twice.error().to_string().find("secret") == std::string::npos);
}
