#pragma once

#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/service.hpp"
#include "support/test_store.hpp"

namespace e2e {

/// A host's store, where TENANCY_TEST_STORE says, with a clock that stands still.
class HostStore {
 public:
  explicit HostStore(tenancy::OpenOptions options)
      : place_{tenancy_test::TestPlace::create(std::move(options))} {}

  [[nodiscard]] const tenancy::Authority& authority() const noexcept { return place_->authority(); }
  [[nodiscard]] tenancy::Store store() const { return authority().store(); }
  [[nodiscard]] tenancy::TenantRegistry registry() const { return authority().registry(); }
  /// The tenant with that slug, which is created when there is none, and a context for it.
  [[nodiscard]] tenancy::Tenant tenant(std::string_view slug) const;
  [[nodiscard]] tenancy::TenantContext context(std::string_view slug) const;

 private:
  std::unique_ptr<tenancy_test::TestPlace> place_;
};

/// The service without its transport, on a store of its own, so that a test can look at what it is
/// made of and hold up what it needs.
class ServiceInProcess {
 public:
  explicit ServiceInProcess(const tenantd::ServiceOptions& options = {});

  [[nodiscard]] const HostStore& store() const noexcept { return store_; }
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
  HostStore store_;
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
