#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "property/isolation/answer.hpp"
#include "property/isolation/operation.hpp"
#include "property/isolation/rows.hpp"

namespace tenancy_test::isolation {

/// What one tenant's rows must be, as if there were no other.
class TenantRows {
 public:
  /// An operation that changes rows or looks at them.
  Answer apply(const Operation& operation, tenancy::Timestamp now);

  /// All rows of a list, in its order.
  [[nodiscard]] std::vector<Thing> list(const Operation& query) const;

  /// Each row as the file must hold it, in the order of keys.
  [[nodiscard]] std::vector<std::string> stored() const;

 private:
  struct Stored {
    Thing row;
    std::int64_t version;
  };

  [[nodiscard]] Answer look(const Operation& operation) const;
  [[nodiscard]] Answer aggregates(const Operation& query) const;
  [[nodiscard]] Answer children(const Operation& query) const;

  /// The error that storing this row under its key must give.
  [[nodiscard]] std::optional<tenancy::errc> refusal(const Thing& row) const;
  /// The error that changing the row in a version that somebody has seen must give, before its new
  /// values are looked at.
  [[nodiscard]] std::optional<tenancy::errc> absence(const Operation& operation) const;

  Answer insert(Thing row, tenancy::Timestamp now);
  Answer insert_many(const Operation& operation, tenancy::Timestamp now);
  Answer upsert(Thing row, tenancy::Timestamp now);
  Answer update(const Operation& operation, tenancy::Timestamp now);
  Answer change(const Operation& operation, tenancy::Timestamp now);
  Answer erase(const Operation& operation);
  Answer erase_where(const Operation& operation);
  Answer put_owner(const Operation& operation);
  Answer erase_owner(const Operation& operation);

  std::map<std::int64_t, Stored> things_;
  std::map<std::string, std::string> owners_;
};

}  // namespace tenancy_test::isolation
