#include <string>

#include <doctest/doctest.h>

#include "e2e/served_api.hpp"

namespace {

using e2e::HttpClient;
using e2e::ServedApi;

TEST_CASE("the description of the API and its page are for everybody, and may be kept") {
  ServedApi api;
  HttpClient client{api.port()};
  struct Row {
    const char *target, *content_type;
  };
  for (const Row& row :
       {Row{"/openapi.json", "application/json"}, Row{"/docs", "text/html; charset=utf-8"},
        Row{"/docs/page.css", "text/css; charset=utf-8"},
        Row{"/docs/page.js", "text/javascript; charset=utf-8"}}) {
    CAPTURE(row.target);
    const auto full = client.request("GET", row.target);
    REQUIRE(full.status == 200);
    CHECK(full.header("Content-Type") == row.content_type);
    CHECK(full.header("Cache-Control") == "no-cache");
    CHECK(full.header("X-Content-Type-Options") == "nosniff");
    CHECK_FALSE(full.body.empty());
    const std::string tag = full.header("ETag");
    CHECK(tag.size() == 66);

    for (const std::string& held :
         {tag, "\"x\", " + tag, "W/" + tag, tag + " ,\"x\"", std::string{"*"}}) {
      CAPTURE(held);
      const auto same = client.request("GET", row.target, {{"If-None-Match", held}});
      CHECK(same.status == 304);
      CHECK(same.body.empty());
      CHECK(same.header("ETag") == tag);
      CHECK(same.header("Cache-Control") == "no-cache");
    }
    for (const std::string& held : {std::string{"\"x\""}, tag.substr(1), std::string{","}}) {
      CAPTURE(held);
      CHECK(client.request("GET", row.target, {{"If-None-Match", held}}).status == 200);
    }
  }
  CHECK(api.process().stop() == 0);
}

TEST_CASE("the page can load nothing from elsewhere") {
  ServedApi api;
  HttpClient client{api.port()};
  const auto page = client.request("GET", "/docs");
  const std::string policy = page.header("Content-Security-Policy");
  CHECK(policy.starts_with("default-src 'none';"));
  CHECK(policy.find("unsafe") == std::string::npos);
  CHECK(policy.find("frame-ancestors 'none'") != std::string::npos);
  for (const char* target : {"/docs", "/docs/page.css", "/docs/page.js"}) {
    CAPTURE(target);
    CHECK(client.request("GET", target).body.find("//cdn") == std::string::npos);
    CHECK(client.request("GET", target).body.find("https://") == std::string::npos);
  }
  CHECK(api.process().stop() == 0);
}

}  // namespace
