#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tenancy/data/scoped_sql.hpp"

#include "support/test_store.hpp"

namespace tenancy_test {

/// What a query came to, in full.
struct QueryOutcome {
  std::optional<tenancy::errc> code;  ///< Nothing when it was answered.
  std::string subject;
  std::string text;  ///< Columns and rows with the types of their values; or the message.

  friend bool operator==(const QueryOutcome&, const QueryOutcome&) = default;
};

QueryOutcome outcome_of(const tenancy::Result<tenancy::SqlTable>& result);

/// For messages of tests.
std::string described(const QueryOutcome& outcome);

/// Three tenants in one store, whose rows have the same keys and marked values, and for two of
/// them a store that holds their rows only.
class HostileWorld {
 public:
  HostileWorld();

  [[nodiscard]] const TestStore& pooled() const noexcept { return pooled_; }

  /// Asks as a tenant of the store that all share, through its only connection.
  [[nodiscard]] QueryOutcome ask_pooled(std::string_view tenant, std::string_view text) const;
  /// Asks where only the tenant's rows are.
  [[nodiscard]] QueryOutcome ask_alone(std::string_view tenant, std::string_view text) const;

  /// What in it tells of another tenant or of the connection's making; empty when nothing does.
  [[nodiscard]] std::string leak(std::string_view tenant, const QueryOutcome& outcome) const;

 private:
  [[nodiscard]] const tenancy::Tenant& tenant(const TestStore& store, std::string_view name) const;

  TestStore pooled_;
  tenancy::Tenant initech_;
  TestStore acme_alone_;
  TestStore globex_alone_;
};

}  // namespace tenancy_test
