#pragma once

#include <string>
#include <string_view>

#include <boost/unordered/unordered_flat_map.hpp>

#include "storage/backend.hpp"

namespace tenancy::inline v0::detail::postgres {

/// The columns of the schema's unique constraints and indexes, by their names, as they were when
/// the store was opened. Where row-level security is on, the server names the constraint that is
/// broken and not its columns.
///
/// Thread safety: immutable once it is filled.
class UniqueKeys {
 public:
  Result<void> read(ControlSession& session);

  struct Key {
    std::string columns;  ///< `id, slug`: of a tenant's key what the tenant can see of it.
    std::string shown;    ///< `notes.id, notes.slug`.
  };
  /// Null for one that is not known.
  [[nodiscard]] const Key* find(std::string_view name) const;

 private:
  boost::unordered_flat_map<std::string, Key> keys_;
};

}  // namespace tenancy::inline v0::detail::postgres
