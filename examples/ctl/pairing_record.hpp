#pragma once

#include <optional>
#include <string>

#include "ctl/tenant_record.hpp"

namespace tenantctl {

/// A tenant's messaging instance, and what a telephone is paired with.
struct PairingRecord {
  std::string instance;
  std::string state;                             ///< `pending`, `pairing` or `connected`.
  std::optional<std::string> pairing_code = {};  ///< To be typed in.
  std::optional<std::string> code = {};          ///< What the QR code says.
  std::optional<std::string> qr = {};            ///< The QR code, as a data URL of a PNG.
};

/// A tenant with it.
struct PairedTenant {
  TenantRecord tenant;
  PairingRecord pairing;
};

}  // namespace tenantctl
