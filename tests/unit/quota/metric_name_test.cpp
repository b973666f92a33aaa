#include "tenancy/quota/metric_name.hpp"

#include <array>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "support/must.hpp"

using namespace std::string_view_literals;

using tenancy::errc;
using tenancy::MetricName;
using tenancy_test::code_of;
using tenancy_test::must;

TEST_CASE("the name of a metric is a word in small letters, digits and underscores") {
  for (const std::string_view text : {"a", "deployments", "messages_sent", "tokens_gpt4", "z9_"}) {
    CAPTURE(text);
    CHECK(must(MetricName::parse(text)).to_string() == text);
  }
  const std::string longest(MetricName::max_length, 'm');
  CHECK(must(MetricName::parse(longest)).to_string() == longest);
}

TEST_CASE("nothing else is the name of a metric") {
  const std::string too_long(MetricName::max_length + 1, 'm');
  constexpr std::array wrong{""sv,          " "sv,    "Deployments"sv,  "1st"sv,    "_private"sv,
                             "a-b"sv,       "a.b"sv,  "a b"sv,          "a\0b"sv,   "a\nb"sv,
                             "a'b"sv,       "a\"b"sv, "a;b"sv,          "a%"sv,     "größe"sv,
                             "\xff\xfe"sv,  "a/b"sv,  "deployments "sv, "\u2028"sv, "{a"sv,
                             "a' OR 1=1"sv, "a`"sv,   "a{"sv,           "../a"sv};
  for (const std::string_view text : wrong) {
    CAPTURE(text);
    CHECK(code_of(MetricName::parse(text)) == errc::invalid_metric);
  }
  CHECK(code_of(MetricName::parse(too_long)) == errc::invalid_metric);
}

TEST_CASE("the refusal of a name does not repeat it") {
  const auto refused = MetricName::parse("Hostile\nname");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().to_string().find("ostile") == std::string::npos);
}
