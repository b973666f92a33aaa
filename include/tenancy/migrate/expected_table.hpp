#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tenancy/storage/storage_class.hpp"

namespace tenancy::inline v0 {

/// A column that a mapping reads and writes.
struct ExpectedColumn {
  std::string name;
  bool nullable = false;                    ///< Whether its member can be without a value.
  std::optional<StorageClass> stored = {};  ///< How its values lie in the store; nothing for any.
};

/// A reference of a mapping to another mapped table, within the tenant.
struct ExpectedReference {
  std::vector<std::string> columns;  ///< Without `tenant_id`.
  std::string table;
  std::vector<std::string> to;  ///< Without `tenant_id`; as many as `columns`, paired in order.
};

/// What a mapping takes a table to be. `open` holds the store's real tables against it, so that a
/// program whose mapping and schema have grown apart does not start, instead of failing at its
/// first call. Names are compared without regard to the case of ASCII letters.
struct ExpectedTable {
  std::string table;
  std::vector<ExpectedColumn> columns;  ///< All that are mapped, those of the key too.
  std::vector<std::string> key;         ///< Behind `tenant_id`, in order.
  std::vector<ExpectedReference> references = {};
};

}  // namespace tenancy::inline v0
