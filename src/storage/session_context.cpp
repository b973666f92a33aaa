#include "storage/session_context.hpp"

namespace tenancy::inline v0::detail {

Error SessionContext::raise_alarm(TenantId tenant, std::string_view sql) const {
  isolation_alarms.fetch_add(1, std::memory_order_relaxed);
  if (observer != nullptr) {
    observer->on_isolation_alarm(IsolationAlarm{tenant, sql});
  }
  return isolation_error();
}

Error isolation_error() {
  return Error{errc::isolation_violation,
               "a row of another tenant came back; the transaction was rolled back"};
}

}  // namespace tenancy::inline v0::detail
