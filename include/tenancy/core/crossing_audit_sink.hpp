#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tenancy/core/call_options.hpp"
#include "tenancy/core/crossing_reason.hpp"
#include "tenancy/core/export.hpp"
#include "tenancy/core/principal.hpp"
#include "tenancy/core/result.hpp"
#include "tenancy/core/timestamp.hpp"

namespace tenancy::inline v0 {

/// What a permission to cross tenants is used for.
enum class CrossingUse : std::uint8_t {
  permission,   ///< It is given; nothing is done with it yet.
  iteration,    ///< A visit to tenants one by one.
  listing,      ///< A page of all tenants' rows of a table.
  scan,         ///< All tenants' rows of a table, one by one.
  count,        ///< How many rows of a table all tenants, or each of them, have.
  maintenance,  ///< Work on the whole store.
};

TENANCY_API std::string_view to_string(CrossingUse use) noexcept;

/// One use of a permission to cross tenants, as it is written down before it begins.
///
/// Thread safety: thread-compatible.
struct CrossingRecord {
  std::string crossing;  ///< `CrossTenantContext::id` of the permission.
  CrossingUse use;
  /// The table, the scope of an iteration, or the kind of maintenance; empty for the permission.
  std::string about;
  Principal principal;  ///< Who.
  CrossingReason reason;
  Timestamp at;

  friend bool operator==(const CrossingRecord&, const CrossingRecord&) = default;
};

/// Keeps the records of what is done across tenants. The store itself is one; a host adds another,
/// such as a log on another machine, by `RegistryOptions::crossing_sink`.
///
/// Nothing is done across tenants before each sink has kept its record. A record does not say that
/// the work was done, only that it was about to be: a later sink may have refused, or the process
/// may have died.
///
/// Isolation: records name tables, people and reasons, no tenant and no value of theirs.
/// Thread safety: called from any thread, several at once.
class TENANCY_API CrossingAuditSink {
 public:
  CrossingAuditSink() = default;
  CrossingAuditSink(const CrossingAuditSink&) = delete;
  CrossingAuditSink& operator=(const CrossingAuditSink&) = delete;
  virtual ~CrossingAuditSink() = default;

  /// Returns once the record is kept for good, and fails when that cannot be said: then what it is
  /// of does not happen. What it throws has the same effect and goes on to the caller. The options
  /// are those of the call that is recorded.
  virtual Result<void> record(const CrossingRecord& record, const CallOptions& options) = 0;
};

}  // namespace tenancy::inline v0
