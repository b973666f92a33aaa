#include "tenancy/storage/store.hpp"

#include <string_view>
#include <utility>

#include "tenancy/storage/observer.hpp"

#include "core/context_mint.hpp"
#include "storage/backend.hpp"

namespace tenancy::inline v0 {

Result<void> Store::run_read(detail::UnitKind kind, const TenantContext& context,
                             const CallOptions& options,
                             detail::FunctionRef<bool(detail::Session&)> body) const {
  // The unit may drop the last handle of the store that it runs on.
  const auto backend = backend_;
  return backend->read(kind, context, options, body);
}

Result<void> Store::run_write(detail::UnitKind kind, const TenantContext& context,
                              const CallOptions& options,
                              detail::FunctionRef<bool(detail::Session&)> body) const {
  const auto backend = backend_;
  return backend->write(kind, context, options, body);
}

void Store::run_async_write(const TenantContext& context, const CallOptions& options,
                            std::unique_ptr<detail::AsyncUnit> unit) const {
  // The completion may drop the last handle before this returns.
  const auto backend = backend_;
  backend->async_write(context, options, std::move(unit));
}

Result<void> Store::run_crossing(const CrossTenantContext& crossing, CrossingUse use,
                                 std::string_view table, const CallOptions& options,
                                 detail::FunctionRef<bool(detail::CrossingSession&)> body) const {
  // The body may drop the last handle of the store that it runs on.
  const auto backend = backend_;
  // Whatever the backend is: no use of the permission without its record.
  BOOST_OUTCOME_TRY(detail::require_same_process(*backend));
  BOOST_OUTCOME_TRY(detail::require_own(*backend, crossing));
  BOOST_OUTCOME_TRY(
      detail::ContextMint::record_use(crossing, use, table, backend->clock().now(), options));
  return backend->crossing_read(table, options, body);
}

void StoreObserver::on_isolation_alarm(const IsolationAlarm& /*alarm*/) noexcept {}
void StoreObserver::on_transaction(const TransactionReport& /*report*/) noexcept {}
void StoreObserver::on_batch(const BatchReport& /*report*/) noexcept {}
void StoreObserver::on_checkpoint(const CheckpointReport& /*report*/) noexcept {}

}  // namespace tenancy::inline v0

namespace tenancy::inline v0::detail {

Result<void> require_own(const StoreBackend& backend, const CrossTenantContext& crossing) {
  if (!ContextReader::is_of(crossing, backend.realm())) {
    return Error{errc::foreign_context, "the permission was given by another store's authority"};
  }
  return success();
}

}  // namespace tenancy::inline v0::detail
