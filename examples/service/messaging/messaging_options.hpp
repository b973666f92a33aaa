#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "service/messaging/tenant_instances.hpp"

namespace tenantd {

/// Which messaging gateway the service has, and how it is asked.
struct MessagingOptions {
  std::string url = {};  ///< Empty for no gateway.
  std::string key = {};
  std::string key_file = {};  ///< In the place of the key.
  std::string cacert = {};    ///< Empty for what the system trusts.
  std::chrono::milliseconds time{8'000};
  bool insecure_http = false;  ///< Whether the key may travel in the clear to other machines.
};

/// What is wrong with the options as a whole, in the words of `subject problem`; empty when nothing
/// is.
[[nodiscard]] std::string problem_with(const MessagingOptions& options,
                                       std::chrono::milliseconds request_time);

/// The instances of that gateway; null when there is none. Throws a `std::runtime_error` that says
/// why when a file cannot be used.
std::shared_ptr<TenantInstances> open_messaging(const MessagingOptions& options);

}  // namespace tenantd
