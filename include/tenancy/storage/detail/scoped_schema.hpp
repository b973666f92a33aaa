#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tenancy/core/result.hpp"

namespace tenancy::inline v0::detail {

class ControlSession;

/// A table that tenants' own queries see under its name.
struct ScopedTable {
  std::string name;
  bool is_shared;                    ///< All of it, in the place of the tenant's rows.
  std::vector<std::string> columns;  ///< Without the tenant's.
};

/// What of a schema tenants' own queries see.
struct ScopedSchema {
  std::int64_t version = 0;  ///< Of the schema as the engine counts its changes.
  std::vector<ScopedTable> tables = {};
  std::vector<std::string> hidden = {};  ///< All other tables and views.
};

/// Reads it from the catalogue, all but the version.
using ScopedSchemaSource = std::function<Result<ScopedSchema>(ControlSession&)>;

}  // namespace tenancy::inline v0::detail
