#pragma once

#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tenancy/testing/temporary_store.hpp"

#include "service/service.hpp"

namespace e2e {

/// The service without its transport, on a store of its own, so that a test can look at what it is
/// made of and hold up what it needs.
class ServiceInProcess {
 public:
  explicit ServiceInProcess(const tenantd::ServiceOptions& options = {});

  [[nodiscard]] const tenancy::testing::TemporaryStore& store() const noexcept { return store_; }
  [[nodiscard]] const tenantd::Router& router() const noexcept { return service_->router(); }
  [[nodiscard]] const std::string& administrator_key() const noexcept { return administrator_key_; }

  /// A key that may write, of the tenant with that slug, which is created when there is none.
  [[nodiscard]] std::string key_of(std::string_view slug) const;
  [[nodiscard]] std::string id_of(std::string_view slug) const;

  /// Hands in a request; the answer comes when it comes.
  std::future<tenantd::Response> begin(tenantd::Request request);
  /// What it says before the body has come; 0 when it wants to see that.
  [[nodiscard]] int status_by_head(const tenantd::Request& head) const {
    const auto problem = service_->object_to(head);
    return problem ? problem->status : 0;
  }
  tenantd::Response ask(tenantd::Request request) { return begin(std::move(request)).get(); }

 private:
  tenancy::testing::TemporaryStore store_;
  std::string administrator_key_;
  std::unique_ptr<tenantd::Service> service_;
};

/// A request as the transport hands it in; a body comes as JSON.
tenantd::Request request_with(const std::string& key, std::string method, std::string target,
                              std::string body = {}, std::vector<tenantd::Header> more = {});

/// Empty when it is missing.
std::string header_of(const tenantd::Response& response, std::string_view name);

/// The answer without what must differ between two answers alike in every other way.
std::string without_request_id(const tenantd::Response& response);

}  // namespace e2e
