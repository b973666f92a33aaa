#pragma once

#include <memory>
#include <string>
#include <utility>

#include "tenancy/core/crossing_audit_sink.hpp"
#include "tenancy/core/crossing_reason.hpp"
#include "tenancy/core/detail/realm.hpp"
#include "tenancy/core/principal.hpp"

namespace tenancy::inline v0 {

namespace detail {
class ContextMint;
class ContextReader;
}  // namespace detail

/// The permission to work across tenants, given by the `Authority` for a stated reason.
///
/// A type of its own: nothing that takes a `TenantContext` takes this one, and no row can be
/// changed with it. It opens a visit to each tenant as an ordinary context
/// (`Authority::for_each_tenant`), `CrossTenantRepository<T>`, which only reads, and `Maintenance`.
/// It carries the sink that keeps the records: the one of its making is committed before it exists,
/// that of each use before the use begins, and without the record there is no use.
///
/// Ownership: move-only, so that one record stands for one crossing; using a moved-from one stops
/// the process. What is made from it borrows it.
/// Thread safety: immutable.
class CrossTenantContext {
 public:
  CrossTenantContext(CrossTenantContext&&) noexcept = default;
  CrossTenantContext& operator=(CrossTenantContext&&) noexcept = default;
  CrossTenantContext(const CrossTenantContext&) = delete;
  CrossTenantContext& operator=(const CrossTenantContext&) = delete;
  ~CrossTenantContext() = default;

  /// What its records have in common; nobody else's.
  [[nodiscard]] const std::string& id() const noexcept { return state().id; }
  [[nodiscard]] const CrossingReason& reason() const noexcept { return state().reason; }
  [[nodiscard]] const Principal& principal() const noexcept { return state().principal; }

 private:
  friend class detail::ContextMint;
  friend class detail::ContextReader;

  struct State {
    detail::Realm realm;
    std::string id;
    Principal principal;
    CrossingReason reason;
    std::shared_ptr<CrossingAuditSink> sink;
  };

  explicit CrossTenantContext(std::unique_ptr<const State> state) noexcept
      : state_{std::move(state)} {}

  [[nodiscard]] const State& state() const noexcept {
    TENANCY_ASSERT(state_ != nullptr, "use of a CrossTenantContext after it was moved from");
    return *state_;
  }

  std::unique_ptr<const State> state_;
};

}  // namespace tenancy::inline v0
