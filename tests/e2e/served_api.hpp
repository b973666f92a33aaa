#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "e2e/http_client.hpp"
#include "e2e/program_store.hpp"
#include "e2e/service_process.hpp"

namespace e2e {

/// Requests with one key over one connection that is kept alive.
class ApiClient {
 public:
  ApiClient(std::uint16_t port, std::string key) : client_{port}, key_{std::move(key)} {}

  HttpReply get(std::string_view target, Headers more = {});
  HttpReply post(std::string_view target, const nlohmann::json& body, Headers more = {});
  HttpReply put(std::string_view target, const nlohmann::json& body, Headers more = {});
  HttpReply patch(std::string_view target, const nlohmann::json& body, Headers more = {});
  HttpReply remove(std::string_view target, Headers more = {});
  HttpReply send(std::string_view method, std::string_view target, std::string_view body,
                 Headers headers);

 private:
  HttpClient client_;
  std::string key_;
};

/// A tenant and a key of its that may write.
struct TenantKey {
  std::string id;
  std::string key;
};

/// A service without a demo, on a store of its own, with an administrator at hand.
class ServedApi {
 public:
  ServedApi() : ServedApi{std::vector<std::string>{}} {}
  /// With further arguments for the service.
  explicit ServedApi(std::vector<std::string> arguments, Place place = wanted_place());

  [[nodiscard]] std::uint16_t port() const noexcept { return process_->port(); }
  [[nodiscard]] ServiceProcess& process() noexcept { return *process_; }

  /// Starts another on the same store, at another port, once the first has ended.
  void start_again() {
    store_.await_no_programs();
    process_.emplace(arguments_);
  }

  [[nodiscard]] const ProgramStore& store() const noexcept { return store_; }
  [[nodiscard]] const std::string& administrator_key() const noexcept { return administrator_key_; }

  [[nodiscard]] ApiClient administrator() const { return client(administrator_key_); }
  [[nodiscard]] ApiClient client(const std::string& key) const { return {port(), key}; }
  [[nodiscard]] ApiClient client(const TenantKey& tenant) const { return client(tenant.key); }

  [[nodiscard]] TenantKey make_tenant(const std::string& slug) const;
  /// The text of one more key.
  [[nodiscard]] std::string make_key(const std::string& tenant_id,
                                     const nlohmann::json& request) const;

 private:
  ProgramStore store_;
  std::vector<std::string> arguments_;
  std::optional<ServiceProcess> process_;
  std::string administrator_key_;
};

/// Creates an active workflow and returns its id.
std::string make_workflow(ApiClient& client, const std::string& name);
/// Starts an execution and returns its id.
std::string start_execution(ApiClient& client, const std::string& workflow);

/// Creates a deployment and returns its id.
std::string make_deployment(ApiClient& client, const std::string& project_name);

/// The document without what must differ between two answers alike in every other way.
std::string without_request_id(const HttpReply& reply);

/// Whether it is a problem document of that status with everything that one has, and nothing of the
/// library's inside.
bool is_problem(const HttpReply& reply, int status);

}  // namespace e2e
