#include "e2e/served_api.hpp"

#include <stdexcept>
#include <utility>

namespace e2e {
namespace {

const Headers json_content{{"Content-Type", "application/json"}};

void append(Headers& to, const Headers& more) { to.insert(to.end(), more.begin(), more.end()); }

nlohmann::json created(const HttpReply& reply) {
  if (reply.status != 201) {
    throw std::runtime_error{"not created: " + reply.body};
  }
  return reply.json().at("data");
}

}  // namespace

HttpReply ApiClient::send(std::string_view method, std::string_view target, std::string_view body,
                          Headers headers) {
  headers.emplace_back("Authorization", "Bearer " + key_);
  return client_.request(method, target, headers, body);
}

HttpReply ApiClient::get(std::string_view target, Headers more) {
  return send("GET", target, {}, std::move(more));
}

HttpReply ApiClient::post(std::string_view target, const nlohmann::json& body, Headers more) {
  append(more, json_content);
  return send("POST", target, body.dump(), std::move(more));
}

HttpReply ApiClient::put(std::string_view target, const nlohmann::json& body, Headers more) {
  append(more, json_content);
  return send("PUT", target, body.dump(), std::move(more));
}

HttpReply ApiClient::patch(std::string_view target, const nlohmann::json& body, Headers more) {
  append(more, json_content);
  return send("PATCH", target, body.dump(), std::move(more));
}

HttpReply ApiClient::remove(std::string_view target, Headers more) {
  return send("DELETE", target, {}, std::move(more));
}

ServedApi::ServedApi(std::vector<std::string> arguments, Place place)
    : store_{place}, arguments_{std::move(arguments)} {
  arguments_.emplace_back("--no-demo");
  arguments_ = store_.service_arguments(arguments_);
  process_.emplace(arguments_);
  const auto keys = words_with_prefix(process_->output(), "tna_");
  if (keys.size() != 1) {
    throw std::runtime_error{"no administrator's key in: " + process_->output()};
  }
  administrator_key_ = keys.front();
}

TenantKey ServedApi::make_tenant(const std::string& slug) const {
  const std::string id =
      created(administrator().post("/api/tenants", {{"slug", slug}, {"name", "Tenant " + slug}}))
          .at("id");
  return {id, make_key(id, {{"name", "test"}})};
}

std::string ServedApi::make_key(const std::string& tenant_id, const nlohmann::json& request) const {
  return created(administrator().post("/api/tenants/" + tenant_id + "/api-keys", request))
      .at("key");
}

std::string make_workflow(ApiClient& client, const std::string& name) {
  return created(client.post("/api/workflows", {{"name", name}, {"status", "active"}})).at("id");
}

std::string start_execution(ApiClient& client, const std::string& workflow) {
  return created(
             client.post("/api/workflows/" + workflow + "/executions", nlohmann::json::object()))
      .at("id");
}

std::string make_deployment(ApiClient& client, const std::string& project_name) {
  return created(client.post("/api/deployments", {{"project_name", project_name}})).at("id");
}

std::string without_request_id(const HttpReply& reply) {
  std::string text = std::to_string(reply.status) + "\n";
  for (const auto& [name, value] : reply.headers) {
    if (name != "X-Request-Id" && name != "Date") {
      text.append(name).append(": ").append(value).append("\n");
    }
  }
  std::string body = reply.body;
  const std::string id = reply.header("X-Request-Id");
  const auto place = body.find(id);
  return text + (place == std::string::npos ? body : body.replace(place, id.size(), "ID"));
}

bool is_problem(const HttpReply& reply, int status) {
  if (reply.status != status || reply.header("Content-Type") != "application/problem+json") {
    return false;
  }
  const auto document = reply.json();
  return document.at("status") == status && !document.at("title").get<std::string>().empty() &&
         !document.at("detail").get<std::string>().empty() && document.contains("type") &&
         document.at("request_id") == reply.header("X-Request-Id") &&
         reply.body.find(".cpp") == std::string::npos;
}

}  // namespace e2e
