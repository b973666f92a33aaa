#pragma once

#include "tenancy/registry/authenticator.hpp"
#include "tenancy/storage/store.hpp"

#include "service/http/handler.hpp"
#include "service/http/router.hpp"

namespace tenantd {

/// The API: finds the endpoint of a request, gives every answer its id and writes the access log.
///
/// Isolation: it holds no authority. All it can do is turn a credential that came with a request
/// into the permission that the credential stands for.
/// Thread safety: thread-safe.
class Service final : public Handler {
 public:
  Service(const tenancy::Store& store, const tenancy::Authenticator& authenticator);

  Response handle(const Request& request) noexcept override;
  Response refuse(const Request& request, const Problem& problem) noexcept override;

 private:
  struct Answer;

  [[nodiscard]] Answer answer(const Request& request, std::string_view request_id) const;

  Router router_;
};

}  // namespace tenantd
