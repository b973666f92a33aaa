#include <algorithm>
#include <cctype>
#include <set>
#include <string>
#include <utility>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "tenancy/registry/open.hpp"
#include "tenancy/testing/must.hpp"
#include "tenancy/version.hpp"

#include "service/openapi/documentation_files.hpp"
#include "service/schema.hpp"
#include "service/service.hpp"

namespace {

using Json = nlohmann::json;
using tenancy::testing::must;

using Routes = std::set<std::pair<std::string, std::string>>;

Routes described_routes() {
  Routes routes;
  const Json document = Json::parse(tenantd::openapi_document.content);
  for (const auto& [path, item] : document.at("paths").items()) {
    for (const auto& [key, operation] : item.items()) {
      std::string method = key;
      std::transform(method.begin(), method.end(), method.begin(),
                     [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
      routes.emplace(method, path);
    }
  }
  return routes;
}

Routes served_routes() {
  tenancy::OpenOptions options;
  options.migrations = must(tenantd::migrations());
  const auto authority = must(tenancy::open("sqlite::memory:", std::move(options)));
  const tenantd::Service service{authority.store(), authority.authenticator(),
                                 tenantd::powers_of(authority)};
  const auto routes = service.router().routes();
  return {routes.begin(), routes.end()};
}

TEST_CASE("the description of the API has every route, and no other") {
  const Routes described = described_routes();
  const Routes served = served_routes();
  for (const auto& route : served) {
    CAPTURE(route.first);
    CAPTURE(route.second);
    CHECK(described.contains(route));
  }
  for (const auto& route : described) {
    CAPTURE(route.first);
    CAPTURE(route.second);
    CHECK(served.contains(route));
  }
  CHECK(served.size() > 30);
}

TEST_CASE("the description has the version of the program") {
  const Json document = Json::parse(tenantd::openapi_document.content);
  CHECK(document.at("info").at("version") == std::to_string(TENANCY_VERSION_MAJOR) + "." +
                                                 std::to_string(TENANCY_VERSION_MINOR) + "." +
                                                 std::to_string(TENANCY_VERSION_PATCH));
}

TEST_CASE("what is built in has the hash of its content") {
  for (const tenantd::EmbeddedFile* file : {&tenantd::openapi_document, &tenantd::docs_page,
                                            &tenantd::docs_style, &tenantd::docs_script}) {
    CHECK_FALSE(file->content.empty());
    CHECK(file->content.find('\0') == std::string_view::npos);
    CHECK(file->sha256.size() == 64);
  }
  CHECK(tenantd::docs_page.sha256 != tenantd::docs_script.sha256);
}

}  // namespace
