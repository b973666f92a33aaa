#include "service/router.hpp"

#include <string>
#include <variant>
#include <vector>

#include <doctest/doctest.h>

namespace {

using tenantd::Call;
using tenantd::Endpoint;
using tenantd::Outcome;
using tenantd::Pace;
using tenantd::Reply;
using tenantd::Request;
using tenantd::Response;
using tenantd::Router;

Router make_router() {
  Router router;
  const auto answer = [](const std::string& text) {
    return Endpoint{Pace::quick, [text](Call& /*call*/) -> Reply<Outcome> {
                      return Outcome{Response{200, {}, text, {}}};
                    }};
  };
  router.add("GET", "/things", answer("list"));
  router.add("POST", "/things", answer("create"));
  router.add("GET", "/things/{id}", answer("show"));
  router.add("POST", "/things/{id}/keys", answer("key"));
  router.add("GET", "/things/{id}/keys/{key}", answer("two"));
  return router;
}

TEST_CASE("an endpoint is found by method and path, and gets what stands for its placeholder") {
  const Router router = make_router();
  struct Row {
    const char *method, *path, *answer;
    std::vector<std::string> parameters;
  };
  for (const Row& row :
       {Row{"GET", "/things", "list", {}}, Row{"HEAD", "/things", "list", {}},
        Row{"POST", "/things", "create", {}}, Row{"GET", "/things/a%20b", "show", {"a b"}},
        Row{"GET", "/things/{id}", "show", {"{id}"}}, Row{"POST", "/things/7/keys", "key", {"7"}},
        Row{"GET", "/things/7/keys/8", "two", {"7", "8"}},
        // What no id is made of stands for none that exists.
        Row{"GET", "/things/a%00/keys/%C3%A9", "two", {"-", "-"}}}) {
    CAPTURE(row.path);
    const auto match = router.match(row.method, row.path);
    REQUIRE(match);
    CHECK(match.value().parameters == row.parameters);
    const Request request{};
    Call call{.request = request};
    const auto outcome = match.value().endpoint->run(call);
    CHECK(std::get<Response>(outcome.value()).body == row.answer);
  }
}

TEST_CASE("what is not found says whether the path or the method is unknown") {
  const Router router = make_router();
  for (const char* path : {"/", "/thing", "/things/", "/things/7/", "/things/7/keys/8/9"}) {
    CAPTURE(path);
    CHECK(router.match("GET", path).error().status == 404);
  }
  const auto refused = router.match("DELETE", "/things");
  REQUIRE(refused.error().status == 405);
  CHECK(refused.error().headers.front().value == "GET, HEAD, POST, OPTIONS");
  CHECK(router.match("HEAD", "/things/7/keys").error().headers.front().value == "POST, OPTIONS");
}

}  // namespace
