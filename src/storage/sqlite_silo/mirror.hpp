#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/backend.hpp"

namespace tenancy::inline v0::detail::silo {

/// What a tenant's file repeats of the control file: all that the gate asks. Not the hashes of the
/// keys, nor names.
struct Mirror {
  struct Standing {
    std::string slug;
    std::string status;
    std::int64_t epoch;

    friend bool operator==(const Standing&, const Standing&) = default;
  };
  /// One that has not been revoked.
  struct Key {
    std::string id;
    std::optional<std::int64_t> expires_at;

    friend bool operator==(const Key&, const Key&) = default;
  };

  std::optional<Standing> tenant = {};
  std::vector<Key> keys = {};  ///< By id.

  friend bool operator==(const Mirror&, const Mirror&) = default;
};

/// What either file says of a tenant.
Result<Mirror> read_mirror(ControlSession& session, TenantId tenant);

/// Has a tenant's file say the same. A tenant that the mirror does not have is archived there.
/// Errors: `corrupt_store` for a file that knows another tenant, which is left as it is.
Result<void> write_mirror(ControlSession& file, TenantId tenant, const Mirror& mirror);

/// Whether the control file says that the tenant was erased, and has no file any more.
Result<bool> is_erased(ControlSession& control, TenantId tenant);

/// Errors: `corrupt_store` for a file that knows another tenant.
Result<void> require_file_of(ControlSession& file, TenantId tenant);

/// A tenant that a transaction of the control file touched.
struct ChangedTenant {
  TenantId tenant;
  bool is_new;
};

/// From here on the transaction notes whom it touches, in a temporary table of the connection.
Result<void> begin_noting(ControlSession& control);
/// Those that were noted, which are forgotten.
Result<std::vector<ChangedTenant>> take_noted(ControlSession& control);

/// The tables, indexes, triggers and views of a file, text for text, and the steps that made them.
Result<std::string> read_fingerprint(ControlSession& session);

/// Those that have a file: all but the erased ones.
Result<std::vector<TenantId>> read_tenants(ControlSession& control);

}  // namespace tenancy::inline v0::detail::silo
