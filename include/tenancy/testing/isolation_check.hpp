#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tenancy/core/export.hpp"
#include "tenancy/core/result.hpp"
#include "tenancy/core/tenant_context.hpp"
#include "tenancy/data/mapping.hpp"
#include "tenancy/testing/detail/isolation_watch.hpp"
#include "tenancy/testing/detail/repository_run.hpp"
#include "tenancy/testing/factory.hpp"
#include "tenancy/testing/isolation_report.hpp"
#include "tenancy/testing/temporary_store.hpp"

namespace tenancy::inline v0::testing {

/// Holds a program's repositories, tables and functions against two tenants that have rows under
/// the same keys: whatever is done as the one, the rows of others stay as they are, byte for byte,
/// and are not seen.
///
///     IsolationCheck check{store};
///     const auto notes = check.repository(make_notes());        // parents first
///     check.operation("front_page", [&](const TenantContext& context) { ... });
///     const auto report = check.finish();
///     CHECK_MESSAGE(report.holds(), report.to_string());
///
/// It fills the store with rows of two tenants of its own, and leaves them there.
/// Ownership: borrows the store. Thread safety: thread-compatible.
class TENANCY_API IsolationCheck {
 public:
  explicit IsolationCheck(const TemporaryStore& store);
  IsolationCheck(const IsolationCheck&) = delete;
  IsolationCheck& operator=(const IsolationCheck&) = delete;
  ~IsolationCheck();

  /// Runs the operations of `Repository<T>` as one tenant beside rows of the other. The factory
  /// tells its rows apart by its running number. Gives the rows of the other tenant, whose keys
  /// rows of both have, for factories of rows that refer to them.
  template <Entity T>
  std::vector<T> repository(Factory<T> rows) {
    return detail::RepositoryRun<T>{watch_, std::move(rows)}.run();
  }

  /// Runs a function of the program's own as one tenant after it ran as the other. What it gives
  /// the one, as text, may hold no text that only the other's rows hold (of four bytes or more),
  /// and it may not change the rows of others. A failure is as good as a text. Behind the
  /// repositories, whose rows it looks for.
  IsolationCheck& operation(std::string_view name,
                            const std::function<Result<std::string>(const TenantContext&)>& run);

  /// A table that is looked at elsewhere, or whose rows change with the work of any tenant. Before
  /// the work that changes it.
  IsolationCheck& leave_out(std::string_view table);

  /// What was found; and where the schema does not keep tenants apart, which tables with a
  /// `tenant_id` nobody looked at, and where tenants' queries see other rows than their own.
  [[nodiscard]] IsolationReport finish() const;

 private:
  detail::IsolationWatch watch_;
};

}  // namespace tenancy::inline v0::testing
