#pragma once

#include <memory>

#include "tenancy/core/crossing_audit_sink.hpp"
#include "tenancy/core/page.hpp"

#include "storage/backend.hpp"

namespace tenancy::inline v0::detail {

/// Keeps records in `tenancy_crossings`, each committed by a write of its own.
///
/// Ownership: does not keep the store open; a record for one that has closed fails.
/// Thread safety: thread-safe.
class StoreCrossingSink final : public CrossingAuditSink {
 public:
  explicit StoreCrossingSink(std::weak_ptr<StoreBackend> backend) noexcept
      : backend_{std::move(backend)} {}

  Result<void> record(const CrossingRecord& record, const CallOptions& options) override;

 private:
  const std::weak_ptr<StoreBackend> backend_;
};

/// The sink that permissions carry: the store's, and then the host's, if there is one. A refusal of
/// either is `crossing_not_recorded`, unless it is one that tells how the call itself stands:
/// `cancelled`, `deadline_exceeded`, `nested_write`, `forked_process`.
///
/// Thread safety: thread-safe.
class CrossingLog final : public CrossingAuditSink {
 public:
  CrossingLog(std::weak_ptr<StoreBackend> backend, std::shared_ptr<CrossingAuditSink> host) noexcept
      : store_{std::move(backend)}, host_{std::move(host)} {}

  Result<void> record(const CrossingRecord& record, const CallOptions& options) override;

 private:
  StoreCrossingSink store_;
  const std::shared_ptr<CrossingAuditSink> host_;
};

/// A part of the records, in the order in which they were committed.
/// Errors: as of a list; `invalid_row`.
Result<Page<CrossingRecord>> list_crossings(StoreBackend& backend, const PageRequest& request,
                                            const CallOptions& options);

}  // namespace tenancy::inline v0::detail
