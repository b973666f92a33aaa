#pragma once

#include <optional>
#include <string>
#include <utility>

#include "tenancy/data/repository.hpp"

#include "service/endpoint.hpp"
#include "service/http/reply.hpp"

namespace tenantd {

// Changes that hold when a row has the version that a client saw, or, when it names none, whatever
// version it has.

/// Replaces a row and gives it as it is stored afterwards. Errors: those of `Repository`;
/// `version_conflict` when somebody was faster.
template <class T>
tenancy::Result<tenancy::Versioned<T>> replace_row(tenancy::WriteTransaction& transaction,
                                                   const T& row,
                                                   std::optional<tenancy::RowVersion> seen) {
  const tenancy::Repository<T> rows{transaction};
  if (seen) {
    BOOST_OUTCOME_TRY(rows.update(tenancy::Versioned<T>{row, *seen}));
  } else {
    BOOST_OUTCOME_TRY(rows.update(row));
  }
  return rows.require_versioned(row.id);
}

/// The same for some of its columns.
template <class T>
tenancy::Result<tenancy::Versioned<T>> change_row(tenancy::WriteTransaction& transaction,
                                                  const std::string& id,
                                                  const tenancy::Changes<T>& changes,
                                                  std::optional<tenancy::RowVersion> seen) {
  const tenancy::Repository<T> rows{transaction};
  if (seen) {
    BOOST_OUTCOME_TRY(rows.update(id, changes, *seen));
  } else {
    BOOST_OUTCOME_TRY(rows.update(id, changes));
  }
  return rows.require_versioned(id);
}

/// The unit that removes a row. Errors: as before.
template <class T>
WriteUnit erasing(std::string id, std::optional<tenancy::RowVersion> seen) {
  return [id = std::move(id),
          seen](tenancy::WriteTransaction& transaction) -> tenancy::Result<Response> {
    const tenancy::Repository<T> rows{transaction};
    BOOST_OUTCOME_TRY(seen ? rows.erase(id, *seen) : rows.erase(id));
    return no_content();
  };
}

}  // namespace tenantd
