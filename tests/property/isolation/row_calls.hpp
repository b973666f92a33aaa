#pragma once

#include "tenancy/data/repository.hpp"

#include "property/isolation/answer.hpp"
#include "property/isolation/operation.hpp"

namespace tenancy_test::isolation {

/// What changes rows of one tenant, or looks at them, alone or in a transaction.
class RowCalls {
 public:
  /// Each call is a transaction of its own.
  RowCalls(const tenancy::Store& store, const tenancy::TenantContext& context)
      : things_{store, context}, owners_{store, context} {}
  explicit RowCalls(tenancy::WriteTransaction& transaction)
      : things_{transaction}, owners_{transaction} {}

  [[nodiscard]] Answer apply(const Operation& operation) const;

 private:
  [[nodiscard]] Answer insert_many(const Operation& operation) const;
  [[nodiscard]] Answer update_version(const Operation& operation) const;
  [[nodiscard]] Answer change(const Operation& operation) const;
  [[nodiscard]] Answer change_version(const Operation& operation) const;
  [[nodiscard]] Answer erase_version(const Operation& operation) const;
  [[nodiscard]] Answer put_owner(const Operation& operation) const;
  /// The version that somebody has seen who is so far behind; the row may be missing.
  [[nodiscard]] tenancy::Result<tenancy::RowVersion> version_for(const Operation& operation) const;

  tenancy::Repository<Thing> things_;
  tenancy::Repository<Owner> owners_;
};

/// Looks at rows, with what may only read them.
Answer look(const tenancy::ReadRepository<Thing>& things, const Operation& operation);

}  // namespace tenancy_test::isolation
