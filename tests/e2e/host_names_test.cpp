#include "service/host_names.hpp"

#include <string>

#include <doctest/doctest.h>

#include "e2e/service_in_process.hpp"

namespace {

using e2e::request_with;
using e2e::ServiceInProcess;
using e2e::without_request_id;
using tenantd::HostNames;

/// The slug, "none", "?" for one that no tenant can have, or the status of the refusal.
std::string read(const HostNames& hosts, std::string_view host) {
  const auto named = hosts.read(host);
  if (!named) {
    return std::to_string(named.error().status);
  }
  if (!named.value().names_tenant) {
    return "none";
  }
  return named.value().slug ? named.value().slug->to_string() : "?";
}

TEST_CASE("the first label below the base domain names a tenant") {
  const HostNames hosts{"Api.Example"};
  for (const char* host : {"acme.api.example", "ACME.api.EXAMPLE", "acme.api.example:8080",
                           "acme.api.example.", "acme.api.example.:80"}) {
    CAPTURE(host);
    CHECK(read(hosts, host) == "acme");
  }
  for (const char* host :
       {"", "api.example", "API.example.:443", "www.api.example", "api.api.example", "127.0.0.1",
        "127.0.0.1:80", "[::1]", "[::1]:8080", "localhost:8080"}) {
    CAPTURE(host);
    CHECK(read(hosts, host) == "none");
  }
  for (const char* host : {"a_b.api.example", "-a.api.example", "xn--a.api.example"}) {
    CAPTURE(host);
    CHECK(read(hosts, host) == "?");
  }
  for (const char* host : {"acme.example", "a.acme.api.example", "example", "acmeapi.example",
                           ".api.example", "acme.api.example.evil", "1.2.3.4.5", "."}) {
    CAPTURE(host);
    CHECK(read(hosts, host) == "421");
  }
  for (const char* host : {"acme.api.example:x", "ac me.api.example", "user@acme.api.example",
                           "[::1", "[::1]x", "acme.api.example:80:80"}) {
    CAPTURE(host);
    CHECK(read(hosts, host) == "400");
  }
}

TEST_CASE("without a base domain no host names a tenant") {
  const HostNames hosts{""};
  CHECK(read(hosts, "acme.api.example") == "none");
  CHECK(read(hosts, "what ever") == "none");
}

TEST_CASE("a host confirms the key's tenant and opens no other") {
  ServiceInProcess api{{.base_domain = "api.example"}};
  const auto acme = api.key_of("acme");
  static_cast<void>(api.key_of("globex"));
  const auto status = [&](const std::string& key, const std::string& host,
                          const std::string& target) {
    return api.ask(request_with(key, "GET", target, {}, {{"Host", host}}));
  };
  const std::string list = "/api/deployments";
  CHECK(status(acme, "acme.api.example:443", list).status == 200);
  CHECK(status(acme, "api.example", list).status == 200);
  const auto refused = status(acme, "globex.api.example", list);
  CHECK(refused.status == 403);
  for (const char* host : {"nobody.api.example", "a_b.api.example"}) {
    CHECK(without_request_id(status(acme, host, list)) == without_request_id(refused));
  }
  CHECK(without_request_id(api.ask(
            request_with(acme, "GET", list, {},
                         {{"Host", "acme.api.example"}, {"X-Tenant-ID", api.id_of("globex")}}))) ==
        without_request_id(refused));
  CHECK(status(acme, "acme.elsewhere", list).status == 421);
  CHECK(status(acme, "a/b", list).status == 400);
  // Without a good key not even that is told.
  CHECK(status("tnk_x", "globex.api.example", list).status == 401);
  CHECK(status("tnk_x", "acme.elsewhere", list).status == 401);
  // What stands in the target counts before the header.
  CHECK(status(acme, "acme.api.example", "http://globex.api.example" + list).status == 403);
  CHECK(status(acme, "globex.api.example", "http://acme.api.example" + list).status == 200);
}

TEST_CASE("beside an administrator's key only the tenant in the path may be named") {
  ServiceInProcess api{{.base_domain = "api.example"}};
  const auto id = api.id_of("acme");
  const auto other = api.id_of("globex");
  const auto status = [&](const std::string& target, std::vector<tenantd::Header> headers) {
    return api.ask(request_with(api.administrator_key(), "GET", target, {}, std::move(headers)))
        .status;
  };
  const std::string item = "/api/tenants/" + id;
  CHECK(status(item, {{"X-Tenant-ID", id}, {"Host", "acme.api.example"}}) == 200);
  CHECK(status(item, {{"X-Tenant-ID", other}}) == 403);
  CHECK(status(item, {{"Host", "globex.api.example"}}) == 403);
  CHECK(status("/api/tenants", {{"X-Tenant-ID", id}}) == 403);
  CHECK(status("/api/tenants", {{"Host", "acme.api.example"}}) == 403);
  CHECK(status("/api/tenants", {{"Host", "www.api.example"}}) == 200);
}

}  // namespace
