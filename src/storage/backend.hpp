#pragma once

#include <memory>
#include <utility>

#include "tenancy/core/cross_tenant_context.hpp"
#include "tenancy/core/export.hpp"
#include "tenancy/storage/detail/store_backend.hpp"
#include "tenancy/storage/detail/store_opener.hpp"
#include "tenancy/storage/store.hpp"

#include "storage/forked_process.hpp"

namespace tenancy::inline v0::detail {

/// Errors: `foreign_context`.
TENANCY_API Result<void> require_own(const StoreBackend& backend,
                                     const CrossTenantContext& crossing);

/// Errors: `forked_process`.
inline Result<void> require_same_process(const StoreBackend& backend) {
  if (!backend.in_same_process()) {
    return forked_process_error();
  }
  return success();
}

/// `unit(ControlSession&)` in a transaction that cannot write.
template <class Unit>
auto control_read(StoreBackend& backend, const CallOptions& options, Unit&& unit) {
  return run_unit<ControlSession>([&](auto& body) { return backend.control_read(options, body); },
                                  std::forward<Unit>(unit));
}

/// `unit(ControlSession&)` in a transaction that commits when it succeeds.
template <class Unit>
auto control_write(StoreBackend& backend, const CallOptions& options, Unit&& unit) {
  return run_unit<ControlSession>([&](auto& body) { return backend.control_write(options, body); },
                                  std::forward<Unit>(unit));
}

/// `unit(ControlSession&)` in a transaction that may run scripts and commits when it succeeds.
template <class Unit>
auto schema_change(StoreBackend& backend, const CallOptions& options, Unit&& unit) {
  return run_unit<ControlSession>([&](auto& body) { return backend.schema_change(options, body); },
                                  std::forward<Unit>(unit));
}

/// `unit(ControlSession&)` in a transaction that cannot write.
template <class Unit>
auto inspect(StoreInspection& inspection, const CallOptions& call, Unit&& unit) {
  return run_unit<ControlSession>([&](auto& body) { return inspection.read(call, body); },
                                  std::forward<Unit>(unit));
}

/// Makes handles of stores, for the room that opens them, and opens handles, for rooms whose calls
/// are no transactions of repositories. It is not installed: nobody outside of the library gets
/// from a store to what stands behind it.
class StoreAccess {
 public:
  /// Shared, since what runs on it may drop the last handle.
  static std::shared_ptr<StoreBackend> backend(const Store& store) noexcept {
    return store.backend_;
  }
  static Store make(std::shared_ptr<StoreBackend> backend) noexcept {
    return Store{std::move(backend)};
  }
};

}  // namespace tenancy::inline v0::detail
