#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tenancy/core/secret_bytes.hpp"
#include "tenancy/core/tenant_id.hpp"

#include "service/messaging/instance_name.hpp"

namespace tenantd {

/// The platform's keys for its messaging gateway: the one in use, and earlier ones, by which the
/// instances of their time are still known.
///
/// The token of an instance is derived from the key, the tenant and the name, so that it need not
/// be kept: whoever has the key can tell the instances that it made for a tenant from all others.
///
/// Isolation: two tenants have two tokens for the same name.
/// Thread safety: immutable.
class GatewayKeys {
 public:
  static constexpr std::size_t most = 4;

  /// A key on each line, the one in use first: 1 to 256 visible ASCII characters each. Where they
  /// are none, what is wrong, which shows nothing of them.
  static std::variant<GatewayKeys, std::string> parse(std::string_view text);

  /// Those of a file that only its owner and its group can read. Throws a `std::runtime_error` that
  /// says why when it cannot be used.
  static GatewayKeys read(const std::filesystem::path& file);

  [[nodiscard]] const tenancy::SecretBytes& current() const noexcept { return keys_.front(); }

  /// The tokens of a tenant's instance by each key, that by the one in use first.
  /// Source: BLAKE2b (RFC 7693) as keyed hash, by libsodium.
  [[nodiscard]] std::vector<tenancy::SecretBytes> tokens(tenancy::TenantId tenant,
                                                         const InstanceName& name) const;

 private:
  explicit GatewayKeys(std::vector<tenancy::SecretBytes> keys) : keys_{std::move(keys)} {}

  std::vector<tenancy::SecretBytes> keys_;
};

}  // namespace tenantd
