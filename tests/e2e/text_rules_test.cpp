#include "service/http/text_rules.hpp"

#include <string>

#include <doctest/doctest.h>

namespace {

TEST_CASE("control characters are seen, and no others") {
  for (const std::string& text : {std::string{"a\0", 2}, std::string{"\x1f"}, std::string{"\x7f"},
                                  std::string{"x\xC2\x80"}, std::string{"\xC2\x9F"}}) {
    CHECK(tenantd::has_control_character(text));
  }
  for (const char* text : {"", " ~", "\xC2\xA0", "\xC3\x80", "\xE2\x82\xAC"}) {
    CHECK_FALSE(tenantd::has_control_character(text));
  }
}

TEST_CASE("names are counted in bytes") {
  CHECK(tenantd::long_name_rule(""));
  CHECK_FALSE(tenantd::long_name_rule(std::string(200, 'x')));
  CHECK(tenantd::long_name_rule(std::string(201, 'x')));
  CHECK_FALSE(tenantd::short_name_rule(std::string(100, 'x')));
  CHECK(tenantd::short_name_rule(std::string(101, 'x')));
}

TEST_CASE("a message has lines and tabs, and no other control characters") {
  CHECK_FALSE(tenantd::message_rule("one\n\ttwo"));
  CHECK_FALSE(tenantd::message_rule(std::string(2000, 'x')));
  for (const std::string& text :
       {std::string{}, std::string(2001, 'x'), std::string{"a\0", 2}, std::string{"\r\n"},
        std::string{"\x1b[2J"}, std::string{"\x7f"}, std::string{"\xC2\x9B"}}) {
    CHECK(tenantd::message_rule(text));
  }
}

TEST_CASE("a web URL has a scheme of the web, a host, and nothing that needs escaping") {
  for (const char* url :
       {"http://a", "https://a.example:8443/b?c=d#e", "HTTPS://[::1]/", "https://a/%C3%A9"}) {
    CAPTURE(url);
    CHECK_FALSE(tenantd::web_url_rule(url));
  }
  for (const char* url : {"", "a", "http", "https", "http:", "http:/a", "http://", "http://?a",
                          "https://#", "file:///etc", "data:text/html,x", " http://a", "http://a\n",
                          "http://a<", "http://\xC3\xA9"}) {
    CAPTURE(url);
    CHECK(tenantd::web_url_rule(url));
  }
}

}  // namespace
