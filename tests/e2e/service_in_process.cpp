#include "e2e/service_in_process.hpp"

#include <utility>

#include "tenancy/testing/must.hpp"

#include "service/schema.hpp"

namespace e2e {
namespace {

using tenancy::testing::must;

tenancy::OpenOptions open_options() {
  tenancy::OpenOptions options;
  options.migrations = must(tenantd::migrations());
  options.mappings = tenantd::mappings();
  return options;
}

}  // namespace

ServiceInProcess::ServiceInProcess(const tenantd::ServiceOptions& options)
    : store_{open_options()},
      administrator_key_{
          must(store_.authority().issue_administrator_key("test")).text.unsafe_text()},
      service_{
          std::make_unique<tenantd::Service>(store_.store(), store_.authority().authenticator(),
                                             tenantd::powers_of(store_.authority()), options)} {}

tenancy::Tenant HostStore::tenant(std::string_view slug) const {
  const auto found = registry().find(must(tenancy::Slug::parse(slug)));
  return found ? found.value() : must(registry().create({std::string{slug}, std::string{slug}}));
}

tenancy::TenantContext HostStore::context(std::string_view slug) const {
  return must(authority().enter(tenant(slug).id));
}

std::string ServiceInProcess::key_of(std::string_view slug) const {
  const auto issued = must(store_.registry().issue_key(store_.tenant(slug).id, {.name = "test"}));
  return std::string{issued.text.unsafe_text()};
}

std::string ServiceInProcess::id_of(std::string_view slug) const {
  return store_.tenant(slug).id.to_string();
}

std::future<tenantd::Response> ServiceInProcess::begin(tenantd::Request request) {
  const auto promise = std::make_shared<std::promise<tenantd::Response>>();
  auto future = promise->get_future();
  service_->handle(std::move(request), [promise](tenantd::Response response) {
    promise->set_value(std::move(response));
  });
  return future;
}

tenantd::Request request_with(const std::string& key, std::string method, std::string target,
                              std::string body, std::vector<tenantd::Header> more) {
  tenantd::Request request;
  request.method = std::move(method);
  request.target = std::move(target);
  request.headers = std::move(more);
  if (!key.empty()) {
    request.headers.push_back({"Authorization", "Bearer " + key});
  }
  if (!body.empty()) {
    request.headers.push_back({"Content-Type", "application/json"});
  }
  request.body = std::move(body);
  return request;
}

std::string header_of(const tenantd::Response& response, std::string_view name) {
  for (const auto& header : response.headers) {
    if (header.name == name) {
      return header.value;
    }
  }
  return {};
}

std::string without_request_id(const tenantd::Response& response) {
  std::string text = std::to_string(response.status) + " " + response.content_type + "\n";
  for (const auto& [name, value] : response.headers) {
    if (name != "X-Request-Id") {
      text.append(name).append(": ").append(value).append("\n");
    }
  }
  std::string body = response.body;
  const std::string id = header_of(response, "X-Request-Id");
  const auto place = body.find(id);
  return text + (place == std::string::npos ? body : body.replace(place, id.size(), "ID"));
}

}  // namespace e2e
