#include "service/messaging/gateway_keys.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <variant>

#include <doctest/doctest.h>

#include "tenancy/testing/must.hpp"

#include "service/messaging/gateway_address.hpp"
#include "support/temporary_folder.hpp"

namespace {

using tenancy::testing::must;
using tenantd::GatewayAddress;
using tenantd::GatewayKeys;
using tenantd::InstanceName;

GatewayKeys keys(std::string_view text) { return std::get<GatewayKeys>(GatewayKeys::parse(text)); }

std::string token(const GatewayKeys& of, std::string_view tenant, std::string_view name) {
  const auto tokens = of.tokens(must(tenancy::TenantId::parse(tenant)), *InstanceName::parse(name));
  return std::string{tokens.front().unsafe_text()};
}

TEST_CASE("a token belongs to one key, one tenant and one name, and is the same each time") {
  const std::string one = "tnt_0000000000001";
  const std::string other = "tnt_0000000000002";
  const std::set<std::string> tokens{token(keys("k"), one, "a"), token(keys("l"), one, "a"),
                                     token(keys("k"), other, "a"), token(keys("k"), one, "b"),
                                     token(keys(std::string(256, 'k')), one, "a")};
  CHECK(tokens.size() == 5);
  for (const std::string& each : tokens) {
    CHECK(each.size() == 64);
    CHECK(each.find_first_not_of("0123456789abcdef") == std::string::npos);
  }
  // Gateways keep them: whoever changes how they are made loses the instances that are there.
  CHECK(token(keys("k"), one, "a") ==
        "ea02576e00d6b35203d926b797ae91a8f7bb1d09e6ad5996af62793c3628cf66");
}

TEST_CASE("earlier keys stand below the one in use") {
  const auto all = keys("new\r\n\nold\nolder\n");
  CHECK(all.current().unsafe_text() == "new");
  const auto tokens =
      all.tokens(must(tenancy::TenantId::parse("tnt_0000000000001")), *InstanceName::parse("a"));
  REQUIRE(tokens.size() == 3);
  CHECK(tokens[1].unsafe_text() == token(keys("old"), "tnt_0000000000001", "a"));
  CHECK(tokens[2].unsafe_text() == token(keys("older"), "tnt_0000000000001", "a"));
}

TEST_CASE("what is no key is refused without being shown") {
  for (const std::string& text : {std::string{}, std::string{"\n\n"}, std::string{"a secret"},
                                  std::string{"secret\t"}, std::string{"s\xc3\xa4 secret"},
                                  std::string(257, 's'), std::string{"1\n2\n3\n4\nsecret"}}) {
    const auto parsed = GatewayKeys::parse(text);
    const auto* const problem = std::get_if<std::string>(&parsed);
    REQUIRE(problem != nullptr);
    CHECK(problem->find("secret") == std::string::npos);
  }
}

TEST_CASE("a file of keys is its owner's") {
  const tenancy_test::TemporaryFolder folder;
  const auto file = folder / "key";
  std::ofstream{file} << "secret\n";
  using std::filesystem::perms;
  for (const auto readable : {perms::others_read, perms::group_write, perms::others_write}) {
    std::filesystem::permissions(file, perms::owner_read | readable);
    CHECK_THROWS_WITH_AS(GatewayKeys::read(file), doctest::Contains("chmod 640"),
                         std::runtime_error);
  }
  std::filesystem::permissions(file, perms::owner_read | perms::owner_write | perms::group_read);
  CHECK(GatewayKeys::read(file).current().unsafe_text() == "secret");
  std::ofstream{file} << "not one\n";
  CHECK_THROWS_WITH_AS(GatewayKeys::read(file), doctest::Contains("must hold"), std::runtime_error);
  std::ofstream{file} << std::string(5000, 'x');
  CHECK_THROWS_WITH_AS(GatewayKeys::read(file), doctest::Contains("too long"), std::runtime_error);
  CHECK_THROWS_AS(GatewayKeys::read(folder / "missing"), std::runtime_error);
  CHECK_THROWS_AS(GatewayKeys::read(folder.path()), std::runtime_error);
}

TEST_CASE("a gateway's URL names a host and nothing that could be a secret") {
  const auto address = [](std::string_view url) {
    return std::get<GatewayAddress>(tenantd::parse_gateway_url(url));
  };
  const auto plain = address("http://127.0.0.1:8081/");
  CHECK(plain.host == "127.0.0.1");
  CHECK(plain.port == 8081);
  CHECK(plain.path.empty());
  CHECK_FALSE(plain.is_encrypted);
  CHECK(plain.is_loopback);
  CHECK(plain.authority() == "127.0.0.1:8081");
  const auto named = address("https://gateway.example/evolution/v2/");
  CHECK(named.host == "gateway.example");
  CHECK(named.port == 443);
  CHECK(named.path == "/evolution/v2");
  CHECK(named.is_encrypted);
  CHECK_FALSE(named.is_loopback);
  CHECK(named.authority() == "gateway.example");
  const auto six = address("http://[::1]:80");
  CHECK(six.host == "::1");
  CHECK(six.is_loopback);
  CHECK(six.authority() == "[::1]");
  CHECK(address("https://[2001:db8::1]:8443/x").authority() == "[2001:db8::1]:8443");
  CHECK_FALSE(address("http://127.0.0.1.example").is_loopback);
  CHECK_FALSE(address("http://localhost.example").is_loopback);
  CHECK(address("http://localhost").is_loopback);
  for (const char* bad : {"",
                          "gateway.example",
                          "ftp://gateway.example",
                          "https://",
                          "https:///x",
                          "https://:80",
                          "https://u:secret@gateway.example",
                          "https://gateway.example:0",
                          "https://gateway.example:",
                          "https://gateway.example:65536",
                          "https://gateway.example:8x",
                          "https://gate way.example",
                          "https://gateway.example/?secret",
                          "https://gateway.example/#secret",
                          "https://gateway.example/../x",
                          "https://gateway.example/a%2fb",
                          "https://[::1",
                          "https://[gateway.example]",
                          "https://[::1]x",
                          "https://::1",
                          "https://a\r\nsecret",
                          "https://gateway.example\\x"}) {
    CAPTURE(bad);
    const auto parsed = tenantd::parse_gateway_url(bad);
    const auto* const problem = std::get_if<std::string>(&parsed);
    REQUIRE(problem != nullptr);
    CHECK(problem->find("secret") == std::string::npos);
  }
}

}  // namespace
