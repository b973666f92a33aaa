#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "tenancy/core/export.hpp"
#include "tenancy/core/slug.hpp"
#include "tenancy/core/tenant_id.hpp"
#include "tenancy/core/timestamp.hpp"

namespace tenancy::inline v0 {

/// Where a tenant stands in its life. Only an active tenant is let in.
enum class TenantStatus : std::uint8_t {
  provisioning,  ///< Being set up.
  active,
  inactive,   ///< Paused, by its own wish for example.
  suspended,  ///< Shut out by the platform.
  archived,   ///< Gone for good: final. Its id and slug are never given out again.
};

TENANCY_API std::string_view to_string(TenantStatus status) noexcept;
/// Errors: `invalid_argument`.
TENANCY_API Result<TenantStatus> parse_tenant_status(std::string_view text);

/// Whether a tenant's status may change so: `provisioning → active ⇄ suspended`,
/// `active ⇄ inactive`, and from any to `archived`. No status may change to itself.
TENANCY_API bool may_become(TenantStatus from, TenantStatus to) noexcept;

/// What the registry knows of a tenant.
///
/// Units and shapes: all texts are UTF-8.
struct Tenant {
  static constexpr std::size_t max_name_length = 200;
  static constexpr std::size_t max_plan_length = 100;
  static constexpr std::size_t max_template_version_length = 100;
  static constexpr std::size_t max_workflows = 100;
  static constexpr std::size_t max_workflow_text_length = 200;
  static constexpr std::size_t max_metadata_bytes = 16'384;

  TenantId id;
  Slug slug;         ///< Never changes.
  std::string name;  ///< 1 to 200 bytes without control characters.
  TenantStatus status;
  std::string plan;              ///< The plan's name, up to 100 bytes; empty for none.
  std::string template_version;  ///< Which version of the host's templates it runs; may be empty.
  /// What the tenant's workflows are called in the system that runs them, by the host's own names;
  /// up to 100, each 1 to 200 bytes.
  std::map<std::string, std::string> workflow_ids;
  /// What the host wants to know of it: a JSON object as text, up to 16 KiB.
  std::string metadata;
  std::int64_t epoch;    ///< Grows with every change of status; contexts of older ones are void.
  std::int64_t version;  ///< Grows with every change of anything here or of its identifiers.
  Timestamp created_at;
  Timestamp updated_at;
  /// When all that belonged to it was deleted (`Maintenance::erase_tenant`).
  std::optional<Timestamp> erased_at = {};

  friend bool operator==(const Tenant&, const Tenant&) = default;
};

}  // namespace tenancy::inline v0
