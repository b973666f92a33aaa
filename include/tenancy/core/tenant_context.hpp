#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "tenancy/core/detail/credential_id.hpp"
#include "tenancy/core/detail/freshness_mark.hpp"
#include "tenancy/core/detail/realm.hpp"
#include "tenancy/core/principal.hpp"
#include "tenancy/core/scope.hpp"
#include "tenancy/core/tenant_id.hpp"
#include "tenancy/core/timestamp.hpp"

namespace tenancy::inline v0 {

namespace detail {
class ContextMint;
class ContextReader;
}  // namespace detail

/// How somebody came to act for a tenant.
enum class ContextKind : std::uint8_t {
  credential,     ///< By a credential of the tenant's.
  host,           ///< The host, for work of its own.
  impersonation,  ///< Somebody of the platform, for a recorded reason.
};

/// The permission to see one tenant's data, held by whoever acts for that tenant.
///
/// It comes from an `Authenticator` (for a credential) or from the `Authority` (for a job of the
/// host) and from nowhere else: there is no public constructor, no empty value, no conversion and
/// no setter. Pass it as an argument to whatever works for the tenant.
///
/// Isolation: opens exactly one tenant of exactly one opened store. It outlives neither a change of
/// the tenant's status nor the credential that it was made for: every transaction looks for itself.
/// Ownership: copies share one immutable state; copying costs one atomic increment, and moving
/// copies, so that no moved-from context exists.
/// Thread safety: immutable.
class TenantContext {
 public:
  TenantContext(const TenantContext&) noexcept = default;
  TenantContext& operator=(const TenantContext&) noexcept = default;
  ~TenantContext() = default;

  [[nodiscard]] TenantId tenant() const noexcept { return state_->tenant; }
  /// Who acts; never decides what is allowed.
  [[nodiscard]] const Principal& principal() const noexcept { return state_->principal; }
  [[nodiscard]] Scope scope() const noexcept { return scope_; }
  [[nodiscard]] ContextKind kind() const noexcept { return state_->kind; }
  /// When it ends by itself, if it does.
  [[nodiscard]] std::optional<Timestamp> expires_at() const noexcept { return state_->expires_at; }
  /// The tenant's epoch when the context was made.
  [[nodiscard]] std::int64_t epoch() const noexcept { return state_->epoch; }

  [[nodiscard]] bool allows(Scope scope) const noexcept { return scope <= scope_; }

  /// A context for the same tenant that allows the lesser of its own scope and the given one.
  /// Nothing widens a context.
  [[nodiscard]] TenantContext narrowed_to(Scope scope) const noexcept {
    return TenantContext{state_, scope < scope_ ? scope : scope_};
  }

 private:
  friend class detail::ContextMint;
  friend class detail::ContextReader;

  struct State {
    detail::Realm realm;
    TenantId tenant;
    Principal principal;
    std::int64_t epoch;
    ContextKind kind;
    std::optional<detail::CredentialId> credential;
    std::optional<Timestamp> expires_at;
    /// Shared with whoever keeps what the context was made from.
    std::shared_ptr<detail::FreshnessMark> mark;
  };

  TenantContext(std::shared_ptr<const State> state, Scope scope) noexcept
      : state_{std::move(state)}, scope_{scope} {}

  std::shared_ptr<const State> state_;
  Scope scope_;
};

}  // namespace tenancy::inline v0
