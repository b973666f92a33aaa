#include "tenancy/registry/tenant_identifier.hpp"

#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "support/must.hpp"

using tenancy::errc;
using tenancy::TenantIdentifier;
using tenancy_test::code_of;
using tenancy_test::must;

namespace {

void check_good(std::string_view kind, const std::vector<std::string>& values) {
  for (const std::string& value : values) {
    CAPTURE(kind);
    CAPTURE(value);
    const auto parsed = must(TenantIdentifier::parse(kind, value));
    CHECK(parsed.kind() == kind);
    CHECK(parsed.value() == value);
    CHECK(parsed == must(TenantIdentifier::parse(parsed.kind(), parsed.value())));
  }
}

void check_bad(std::string_view kind, const std::vector<std::string>& values) {
  for (const std::string& value : values) {
    CAPTURE(kind);
    CAPTURE(value);
    CHECK(code_of(TenantIdentifier::parse(kind, value)) == errc::invalid_identifier);
  }
}

const std::string nul{"a\0b", 3};
// In parts, since compilers warn of the characters themselves.
const std::string right_to_left_override = std::string{"\xE2\x80"} + "\xAE";
const std::string kelvin = "\xE2\x84\xAA";     // Folds to k in Unicode.
const std::string dotless = "\xC4\xB1";        // Looks like i, and upper-cases to I.
const std::string cyrillic_a = "\xD0\xB0";     // Looks like a.
const std::string full_stop = "\xE3\x80\x82";  // IDNA takes it for a dot.
const std::string soft_hyphen = "\xC2\xAD";    // Shows nothing.
const std::string fullwidth_one = "\xEF\xBC\x91";

}  // namespace

TEST_CASE("a kind is a short word of lower-case ASCII") {
  for (const std::string& kind :
       {std::string{"a"}, std::string{"crm_2"}, std::string{"a__"}, std::string(32, 'k')}) {
    check_good(kind, {"x"});
  }
  for (const std::string& kind :
       {std::string{}, std::string{"2a"}, std::string{"_a"}, std::string{"A"}, std::string{"cRm"},
        std::string{"a-b"}, std::string{"a b"}, std::string{" a"}, std::string{"a:"},
        std::string(33, 'k'), nul, "b" + cyrillic_a, std::string{"a\n"}, std::string{"\xFF"},
        std::string{"{"}, std::string{"a~"}}) {
    check_bad(kind, {"x"});
  }
}

TEST_CASE("kinds that look like known ones are others, or none") {
  // The rules of a kind are bound to its exact name.
  check_good("domains", {"not a domain"});
  check_good("telegram", {"not a number"});
  check_bad("Domain", {"acme.example"});
  check_bad(" domain", {"acme.example"});
  check_bad("domain ", {"acme.example"});
}

TEST_CASE("instances and spaces are names of ASCII") {
  for (const char* kind : {"instance", "space"}) {
    check_good(kind, {"a", "A", "0", "-", ".", "..", "Acme-Bot_2.1", std::string(100, 'z')});
    check_bad(kind, {"", " ", "a b", "a/b", "a:b", "a@b", "a\n", "a+b", "a{", "a|b", "~", nul,
                     std::string(101, 'z'), cyrillic_a, "a" + soft_hyphen, fullwidth_one, "\xFF"});
    CHECK(must(TenantIdentifier::parse(kind, "Acme")) !=
          must(TenantIdentifier::parse(kind, "acme")));
  }
  CHECK(must(TenantIdentifier::parse("instance", "a")) !=
        must(TenantIdentifier::parse("space", "a")));
}

TEST_CASE("a chat is a number of 64 bits in its one spelling") {
  check_good("telegram_chat", {"0", "1", "-1", "4711", "-1001234567890", "9223372036854775807",
                               "-9223372036854775808"});
  check_bad("telegram_chat", {"",
                              "-",
                              "+1",
                              "-0",
                              "00",
                              "01",
                              "-01",
                              "0x1",
                              "1.0",
                              "1e3",
                              " 1",
                              "1 ",
                              "1\n",
                              "--1",
                              "1-",
                              "9223372036854775808",
                              "-9223372036854775809",
                              "18446744073709551616",
                              std::string(100, '9'),
                              fullwidth_one,
                              std::string{"1\0", 2},
                              std::string{"\0"
                                          "1",
                                          2},
                              "@acme"});
}

TEST_CASE("a domain is a host name of two labels and more") {
  check_good("domain", {"acme.example", "a.b", "a1.b2c", "1.2.example", "xn--bcher-kva.example",
                        "a-b.example", "a--b.example", "example.x1", std::string(63, 'a') + ".de",
                        "a." + std::string(63, 'b')});
  check_bad("domain",
            {"", ".", "..", "acme", "acme.", ".acme.example", "acme..example", "acme.example.",
             "-a.example", "a-.example", "a.-example", "a.example-", "a_b.example", "a b.example",
             "a{b.example", "acme.example ", " acme.example", "acme.example\n", "acme.example:443",
             "https://acme.example", "acme.example/", "user@acme.example", "*.example",
             std::string(64, 'a') + ".de", nul + ".example", "acme.ex" + nul,
             // Two literals, since the next letters could be digits of the escape.
             ("b\xC3\xBC"
              "cher.example"),
             cyrillic_a + "cme.example", "acme" + full_stop + "example",
             "ac" + soft_hyphen + "me.example", kelvin + ".example", "acm" + dotless + ".example",
             "acme.example" + right_to_left_override, "\xFF.example"});
}

TEST_CASE("an address is no domain") {
  check_bad("domain", {"127.0.0.1", "1.2", "0.0", "example.1", "a.b.123", "[::1]", "::1"});
}

TEST_CASE("the case of a domain is folded, that of ASCII alone") {
  const auto folded = must(TenantIdentifier::parse("domain", "AcMe.EXAMPLE"));
  CHECK(folded.value() == "acme.example");
  CHECK(folded == must(TenantIdentifier::parse("domain", "acme.example")));
  CHECK(must(TenantIdentifier::parse("domain", "XN--BCHER-KVA.Example")).value() ==
        "xn--bcher-kva.example");
}

TEST_CASE("a domain is up to 200 bytes") {
  std::string longest;
  while (longest.size() < 198) {
    longest += "a.";
  }
  longest += "de";
  REQUIRE(longest.size() == 200);
  check_good("domain", {longest});
  check_bad("domain", {"b" + longest, "b." + longest, longest + std::string(100'000, 'x')});
}

TEST_CASE("identifiers of other kinds are one line that people can read") {
  check_good("crm",
             {"x", "Acme & S\xC3\xB6hne", "a b", "a  b", "4711", "/path?query=1#x",
              std::string(200, 'x'), "'; DROP TABLE tenancy_identifiers; --", "\xF0\x9F\x98\x80"});
  check_bad("crm", {"", " ", " x", "x ", "\tx", "x\n", "a\nb", "a\x7F", nul, std::string(201, 'x'),
                    "\xFF", "\xC3", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                    "x" + right_to_left_override + "y", "\xEF\xBB\xBFx"});
  // 100 characters of two bytes are 200 bytes; one more is too much.
  std::string wide;
  for (int i = 0; i < 100; ++i) {
    wide += "\xC3\xA4";
  }
  check_good("crm", {wide});
  check_bad("crm", {wide + "x"});
}

TEST_CASE("two spellings are two identifiers, and nothing is normalised") {
  // The same letter, composed and decomposed.
  CHECK(must(TenantIdentifier::parse("crm", "\xC3\xA4")) !=
        must(TenantIdentifier::parse("crm", "a\xCC\x88")));
  CHECK(must(TenantIdentifier::parse("crm", "Acme")) !=
        must(TenantIdentifier::parse("crm", "acme")));
}

TEST_CASE("identifiers are ordered by kind and value, and print both") {
  const auto first = must(TenantIdentifier::parse("crm", "z"));
  const auto second = must(TenantIdentifier::parse("domain", "a.example"));
  CHECK(first < second);
  CHECK(must(TenantIdentifier::parse("crm", "y")) < first);
  CHECK(second.to_string() == "domain:a.example");
  std::ostringstream out;
  out << second;
  CHECK(out.str() == "domain:a.example");
}

TEST_CASE("an identifier that was moved from is still one") {
  // NOLINTBEGIN(performance-move-const-arg, bugprone-use-after-move): that it copies is the point
  auto identifier = must(TenantIdentifier::parse("crm", std::string(100, 'x')));
  const TenantIdentifier moved = std::move(identifier);
  CHECK(identifier == moved);
  // NOLINTEND(performance-move-const-arg, bugprone-use-after-move)
}

TEST_CASE("the error names the rule and not the value") {
  const auto refused = TenantIdentifier::parse("domain", "secret-value");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message().find("secret-value") == std::string::npos);
  CHECK(refused.error().message().find("two labels") != std::string::npos);
}
