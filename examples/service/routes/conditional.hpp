#pragma once

#include <optional>
#include <utility>

#include "tenancy/data/repository.hpp"

namespace tenantd {

/// Changes that hold when a row has the version that a client saw, or whatever version it has. All
/// run in one transaction, and give the row as it is stored afterwards.
///
/// Errors: those of `Repository`; `version_conflict` when somebody was faster.

template <class T>
tenancy::Result<tenancy::Versioned<T>> replace_row(const tenancy::Store& store,
                                                   const tenancy::TenantContext& context,
                                                   const T& row,
                                                   std::optional<tenancy::RowVersion> seen) {
  return store.write(
      context,
      [&](tenancy::WriteTransaction& transaction) -> tenancy::Result<tenancy::Versioned<T>> {
        const tenancy::Repository<T> rows{transaction};
        if (seen) {
          BOOST_OUTCOME_TRY(rows.update(tenancy::Versioned<T>{row, *seen}));
        } else {
          BOOST_OUTCOME_TRY(rows.update(row));
        }
        return rows.require_versioned(row.id);
      });
}

template <class T>
tenancy::Result<tenancy::Versioned<T>> change_row(const tenancy::Store& store,
                                                  const tenancy::TenantContext& context,
                                                  const std::string& id,
                                                  const tenancy::Changes<T>& changes,
                                                  std::optional<tenancy::RowVersion> seen) {
  return store.write(
      context,
      [&](tenancy::WriteTransaction& transaction) -> tenancy::Result<tenancy::Versioned<T>> {
        const tenancy::Repository<T> rows{transaction};
        if (seen) {
          BOOST_OUTCOME_TRY(rows.update(id, changes, *seen));
        } else {
          BOOST_OUTCOME_TRY(rows.update(id, changes));
        }
        return rows.require_versioned(id);
      });
}

template <class T>
tenancy::Result<void> erase_row(const tenancy::Store& store, const tenancy::TenantContext& context,
                                const std::string& id, std::optional<tenancy::RowVersion> seen) {
  const tenancy::Repository<T> rows{store, context};
  return seen ? rows.erase(id, *seen) : rows.erase(id);
}

}  // namespace tenantd
