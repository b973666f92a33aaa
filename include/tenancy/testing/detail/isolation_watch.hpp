#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "tenancy/core/export.hpp"
#include "tenancy/core/tenant_context.hpp"
#include "tenancy/storage/detail/value_view.hpp"
#include "tenancy/testing/isolation_report.hpp"
#include "tenancy/testing/temporary_store.hpp"

namespace tenancy::inline v0::testing::detail {

/// The rows of tables, each as one text.
using TableRows = std::map<std::string, std::multiset<std::string>, std::less<>>;

/// A text for each value, which no other value has.
TENANCY_API std::string stored_text(const tenancy::detail::ValueView& value);

/// Two tenants, one of which does something, and all rows that are not this one's, looked at
/// through a connection of its own past the library.
///
/// Ownership: borrows the store. Thread safety: thread-compatible.
class TENANCY_API IsolationWatch {
 public:
  explicit IsolationWatch(const TemporaryStore& store);
  IsolationWatch(const IsolationWatch&) = delete;
  IsolationWatch& operator=(const IsolationWatch&) = delete;
  ~IsolationWatch();

  [[nodiscard]] const TemporaryStore& store() const noexcept { return store_; }
  /// The tenant that does something, and the one that is not to notice.
  [[nodiscard]] const TenantContext& one() const noexcept { return one_; }
  [[nodiscard]] const TenantContext& other() const noexcept { return other_; }

  /// A table is checked, or it is checked elsewhere.
  void cover(std::string_view table) { covered_.emplace(table); }
  /// Its rows may change with the work of any tenant.
  void ignore(std::string_view table);
  [[nodiscard]] bool covers(std::string_view table) const { return covered_.contains(table); }

  /// From here on the rows that are not the one tenant's are to stay as they are.
  void begin(std::string_view subject);
  /// Compares them with what they were.
  void look(std::string_view subject, std::string_view step);
  void find(std::string_view subject, std::string_view step, std::string what);

  [[nodiscard]] const IsolationReport& report() const noexcept { return report_; }

 private:
  const TemporaryStore& store_;
  const TenantContext one_;
  const TenantContext other_;
  std::set<std::string, std::less<>> covered_;
  std::set<std::string, std::less<>> ignored_;
  TableRows before_;
  IsolationReport report_;
};

}  // namespace tenancy::inline v0::testing::detail
