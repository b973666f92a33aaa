#pragma once

#include <cstddef>
#include <span>

#include "tenancy/core/export.hpp"
#include "tenancy/data/detail/entity_layout.hpp"
#include "tenancy/storage/detail/session.hpp"

namespace tenancy::inline v0::detail {

// Statements of an entity that are not needed often enough to be written when it is compiled. Their
// parameters behind the tenant's are dense, in the order that is given.

/// The tenant, the entity's columns and the version of one row. Parameters: the key.
TENANCY_API Result<StatementLease> prepare_find_versioned(Session& session,
                                                          const EntityLayout& layout);
/// The tenant of one row. Parameters: the key.
TENANCY_API Result<StatementLease> prepare_exists(Session& session, const EntityLayout& layout);
/// Parameters: `updated`, the key, the version that the row must have.
TENANCY_API Result<StatementLease> prepare_update_versioned(Session& session,
                                                            const EntityLayout& layout,
                                                            std::span<const std::size_t> updated);
/// Parameters: the key, the version that the row must have.
TENANCY_API Result<StatementLease> prepare_erase_versioned(Session& session,
                                                           const EntityLayout& layout);
/// Parameters: the columns of each row.
TENANCY_API Result<StatementLease> prepare_insert_many(Session& session, const EntityLayout& layout,
                                                       std::size_t rows);
/// Parameters: the columns.
TENANCY_API Result<StatementLease> prepare_upsert(Session& session, const EntityLayout& layout,
                                                  std::span<const std::size_t> updated);

/// Which columns a partial update sets.
struct ColumnChange {
  std::span<const std::size_t> changed;  ///< Those that may change.
  std::span<const std::size_t> times;    ///< Those that are set in any case.
  bool has_flags;  ///< Before each that may change, whether it does; otherwise all do.
  bool checks_version;
};
/// One statement stands for all subsets of the columns when it has flags. Parameters: for each of
/// `changed` its flag, if any, and its value; `times`; the key; the version, if it is checked.
TENANCY_API Result<StatementLease> prepare_change(Session& session, const EntityLayout& layout,
                                                  const ColumnChange& change);

}  // namespace tenancy::inline v0::detail
