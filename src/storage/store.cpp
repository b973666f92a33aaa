#include "tenancy/storage/store.hpp"

#include "tenancy/storage/observer.hpp"

#include "storage/backend.hpp"

namespace tenancy::inline v0 {

Result<void> Store::run_read(const TenantContext& context,
                             detail::FunctionRef<bool(detail::Session&)> body) const {
  // The unit may drop the last handle of the store that it runs on.
  const auto backend = backend_;
  return backend->read(context, body);
}

Result<void> Store::run_write(const TenantContext& context,
                              detail::FunctionRef<bool(detail::Session&)> body) const {
  const auto backend = backend_;
  return backend->write(context, body);
}

void StoreObserver::on_isolation_alarm(const IsolationAlarm& /*alarm*/) noexcept {}
void StoreObserver::on_transaction(const TransactionReport& /*report*/) noexcept {}
void StoreObserver::on_batch(const BatchReport& /*report*/) noexcept {}
void StoreObserver::on_checkpoint(const CheckpointReport& /*report*/) noexcept {}

}  // namespace tenancy::inline v0
