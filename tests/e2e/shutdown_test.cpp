#include <string>

#include <doctest/doctest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): SIGTERM

#include "e2e/served_api.hpp"

namespace {

using e2e::HttpClient;
using e2e::ServedApi;
using e2e::ServiceProcess;

TEST_CASE("a request in flight is finished before the service stops, and what it wrote stays") {
  ServedApi api;
  const auto tenant = api.make_tenant("acme");
  HttpClient idle{api.port()};
  CHECK(idle.request("GET", "/healthz").status == 200);
  HttpClient busy{api.port()};
  const std::string body = R"({"project_name":"in-flight"})";
  busy.send(e2e::request_bytes("POST", "/api/deployments",
                               {{"Authorization", "Bearer " + tenant.key},
                                {"Content-Type", "application/json"},
                                {"Content-Length", std::to_string(body.size())},
                                {"Expect", "100-continue"}}));
  // The service has the request in hand once it asks for the body.
  REQUIRE(busy.read_reply(false).status == 100);

  api.process().send_terminate();
  // It has taken notice of the signal once it closes what is idle.
  CHECK(idle.is_closed_by_peer());
  CHECK_THROWS(HttpClient{api.port()});

  busy.send(body);
  const auto reply = busy.read_reply();
  CHECK(reply.status == 201);
  CHECK(reply.header("Connection") == "close");
  CHECK(busy.is_closed_by_peer());
  CHECK(api.process().wait() == 0);
  CHECK(api.process().output().ends_with("\nstopped\n"));

  ServiceProcess next{api.store().service_arguments()};
  e2e::ApiClient client{next.port(), tenant.key};
  const auto list = client.get("/api/deployments").json();
  REQUIRE(list["data"].size() == 1);
  CHECK(list["data"][0]["project_name"] == "in-flight");
  CHECK(next.stop() == 0);
}

TEST_CASE("a request that never completes does not keep the service from stopping") {
  ServedApi api{{"--stop-time", "1s"}};
  HttpClient client{api.port()};
  client.send(
      "GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  REQUIRE(client.read_reply(false).status == 100);
  CHECK(api.process().stop() == 0);
  CHECK(client.is_closed_by_peer());
}

TEST_CASE(
    "while it drains, it is not ready and still answers, and a second signal ends it at once") {
  ServedApi api{{"--drain", "1h"}};
  HttpClient client{api.port()};
  CHECK(client.request("GET", "/readyz").status == 200);
  api.process().send_terminate();
  // It is not ready from the moment on that it takes notice of the signal.
  while (client.request("GET", "/readyz").status == 200) {
  }
  const auto reply = client.request("GET", "/readyz");
  CHECK(e2e::is_problem(reply, 503));
  CHECK(reply.header("Retry-After") == "1");
  CHECK(reply.header("Connection").empty());
  HttpClient late{api.port()};
  CHECK(late.request("GET", "/healthz").status == 200);
  api.process().send_terminate();
  CHECK(api.process().wait() == -SIGTERM);
}

}  // namespace
