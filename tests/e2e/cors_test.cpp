#include "service/cors.hpp"

#include <string>

#include <doctest/doctest.h>

#include "e2e/service_in_process.hpp"

namespace {

using e2e::header_of;
using e2e::request_with;
using e2e::ServiceInProcess;

const std::string console = "https://console.example";

TEST_CASE("a path tells its methods") {
  ServiceInProcess api;
  const auto options = [&](const std::string& target) {
    return api.ask(request_with({}, "OPTIONS", target));
  };
  const auto told = options("/api/deployments/x?y");
  CHECK(told.status == 204);
  CHECK(header_of(told, "Allow") == "GET, HEAD, PUT, PATCH, DELETE, OPTIONS");
  CHECK(header_of(told, "Access-Control-Allow-Origin").empty());
  CHECK(header_of(options("*"), "Allow") == "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  CHECK(options("/nothing").status == 404);
  CHECK(options("/api/%zz").status == 400);
}

TEST_CASE("pages of other origins are told nothing unless they are listed") {
  ServiceInProcess closed;
  ServiceInProcess open{{.cors_origins = {"https://other.example", console}}};
  const auto preflight = [](ServiceInProcess& api, const std::string& origin) {
    return api.ask(request_with({}, "OPTIONS", "/api/deployments", {},
                                {{"Origin", origin}, {"Access-Control-Request-Method", "POST"}}));
  };
  const auto asked = [](ServiceInProcess& api, const std::string& origin) {
    return api.ask(request_with({}, "GET", "/api/deployments", {}, {{"Origin", origin}}));
  };
  for (const auto& answer : {preflight(closed, console), asked(closed, console)}) {
    CHECK(header_of(answer, "Access-Control-Allow-Origin").empty());
    CHECK(header_of(answer, "Access-Control-Allow-Methods").empty());
    CHECK(header_of(answer, "Vary").empty());
  }
  const auto allowed = preflight(open, console);
  CHECK(allowed.status == 204);
  CHECK(header_of(allowed, "Access-Control-Allow-Origin") == console);
  CHECK(header_of(allowed, "Access-Control-Allow-Methods") == "GET, HEAD, POST, OPTIONS");
  CHECK(header_of(allowed, "Access-Control-Allow-Headers").find("Idempotency-Key") !=
        std::string::npos);
  CHECK(header_of(allowed, "Access-Control-Max-Age") == "600");
  CHECK(header_of(allowed, "Vary") == "Origin");
  CHECK(header_of(allowed, "Access-Control-Allow-Credentials").empty());
  // Refusals too, so that the page can read what is wrong.
  const auto refused = asked(open, console);
  CHECK(refused.status == 401);
  CHECK(header_of(refused, "Access-Control-Allow-Origin") == console);
  CHECK(header_of(refused, "Access-Control-Expose-Headers").find("ETag") != std::string::npos);
  for (const std::string origin : {"https://console.example.evil", "null", "*", "",
                                   "https://CONSOLE.example", "http://console.example"}) {
    CAPTURE(origin);
    for (const auto& answer : {preflight(open, origin), asked(open, origin)}) {
      CHECK(header_of(answer, "Access-Control-Allow-Origin").empty());
      CHECK(header_of(answer, "Access-Control-Allow-Methods").empty());
      CHECK(header_of(answer, "Vary") == "Origin");
    }
  }
}

}  // namespace
