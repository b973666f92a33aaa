#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "tenancy/core/call_options.hpp"
#include "tenancy/core/error.hpp"
#include "tenancy/core/export.hpp"
#include "tenancy/core/result.hpp"
#include "tenancy/core/scope.hpp"
#include "tenancy/core/tenant_id.hpp"

namespace tenancy::inline v0 {

/// What becomes of the other tenants when the visit of one fails.
enum class OnFailedVisit : std::uint8_t {
  go_on,  ///< They are visited all the same.
  stop,   ///< No further visit begins.
};

/// How far the visits are, once another tenant is done with.
struct TenantVisitProgress {
  TenantId tenant;      ///< Visited, or left out.
  std::uint64_t done;   ///< How many are done with, this one among them.
  std::uint64_t total;  ///< How many there are to visit, as of the beginning.
};

/// How `Authority::for_each_tenant` visits.
struct TenantVisitOptions {
  static constexpr unsigned max_threads = 64;

  /// Of the contexts.
  Scope scope = Scope::read;
  /// How many tenants are visited at the same time, 1 to `max_threads`; with more than 1 the
  /// visitor is called on several threads. A visit that reads or writes needs a connection: more
  /// threads than `StoreOptions::readers` wait for one another.
  unsigned threads = 1;
  OnFailedVisit on_failure = OnFailedVisit::go_on;
  /// Only tenants whose ids are greater, to go on where an earlier call came to its end
  /// (`TenantVisitReport::resume_after`).
  std::optional<TenantId> after = {};
  /// Told after each tenant, on the thread that visited it, outside of all locks; with several
  /// threads, several at once. May be empty.
  std::function<void(const TenantVisitProgress&)> progress = nullptr;
  /// Looked at before each visit, and held to by what the library itself asks the store; the
  /// visitor holds its own calls to it.
  CallOptions call = {};
};

/// A visit that failed.
struct TenantVisitFailure {
  TenantId tenant;
  Error error;
};

/// What became of the visits.
struct TENANCY_API TenantVisitReport {
  /// At most so many failures are kept one by one; all are counted.
  static constexpr std::size_t max_failures = 1000;

  std::uint64_t total = 0;    ///< Tenants that were active when it began.
  std::uint64_t visited = 0;  ///< Whose visit succeeded.
  std::uint64_t skipped = 0;  ///< That were no longer active, or not all the time.
  std::uint64_t failed = 0;
  std::vector<TenantVisitFailure> failures = {};  ///< In the order of ids.
  /// Why it ended before the last tenant: `cancelled`, `deadline_exceeded`, an error of the store,
  /// or, with `OnFailedVisit::stop`, the failure. Nothing when every tenant was done with.
  std::optional<Error> ended_early = {};
  /// All tenants up to this one are done with: visited, left out, or among the failures of a call
  /// that went on. Nothing when not even the first is. For `TenantVisitOptions::after`.
  std::optional<TenantId> resume_after = {};

  /// Success when every tenant was visited or left out; otherwise why it ended early, or else the
  /// first failure.
  [[nodiscard]] Result<void> outcome() const;
};

}  // namespace tenancy::inline v0
