#include "service/http/json_text.hpp"

#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

namespace {

using tenantd::JsonText;

TEST_CASE("what is written is read as what it was") {
  JsonText json;
  json.member("text", "a").member("null", std::optional<std::string>{});
  json.member("number", std::int64_t{-7}).member("yes", true).member("no", false);
  json.member("some", std::optional<std::int64_t>{7}).raw_member("raw", "[1,{}]");
  json.member("time", tenancy::Timestamp::from_microseconds(0));
  CHECK(json.take() ==
        R"({"text":"a","null":null,"number":-7,"yes":true,"no":false,"some":7,"raw":[1,{}],)"
        R"("time":"1970-01-01T00:00:00.000000Z"})");
  CHECK(JsonText{}.take() == "{}");
}

TEST_CASE("every character comes back") {
  std::string all = "\"\\/<>&'\xC3\xA9\xF0\x9F\x98\x80\x7F";
  for (char c = 0; c < 0x20; ++c) {
    all += c;
  }
  JsonText json;
  json.member(all, all);
  CHECK(nlohmann::json::parse(json.take()) == nlohmann::json{{all, all}});
}

TEST_CASE("a character is found wherever it stands") {
  for (const char special : {'"', '\\', '\n', '\x1F', '\0', ' ', '\x7F'}) {
    for (std::size_t length = 1; length < 20; ++length) {
      for (std::size_t at = 0; at < length; ++at) {
        std::string text(length, 'a');
        text[at] = special;
        JsonText json;
        json.member("a", text);
        CHECK(nlohmann::json::parse(json.take()) == nlohmann::json{{"a", text}});
      }
    }
  }
}

}  // namespace
