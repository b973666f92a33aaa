#include "registry/registry_core.hpp"

#include <chrono>

#include "registry/crossing_log.hpp"

namespace tenancy::inline v0 {

void TenantObserver::on_created(const TenantCreated& /*event*/) noexcept {}
void TenantObserver::on_updated(const TenantUpdated& /*event*/) noexcept {}
void TenantObserver::on_status_changed(const TenantStatusChanged& /*event*/) noexcept {}
void TenantObserver::on_identifier_changed(const TenantIdentifierChanged& /*event*/) noexcept {}
void TenantObserver::on_api_key_changed(const ApiKeyChanged& /*event*/) noexcept {}

}  // namespace tenancy::inline v0

namespace tenancy::inline v0::detail {

RegistryCore::RegistryCore(std::shared_ptr<StoreBackend> backend, RegistryOptions options,
                           const KnownSteps& host_steps)
    : backend_{std::move(backend)},
      options_{std::move(options)},
      host_steps_{host_steps},
      crossing_log_{std::make_shared<CrossingLog>(backend_, options_.crossing_sink)},
      answers_{options_.cache_bytes},
      key_use_{std::make_unique<KeyUse>(*backend_)} {}

RegistryCore::~RegistryCore() {
  if (!backend_->in_same_process()) {
    // Its thread is the parent's, and so is what it would write.
    static_cast<void>(key_use_.release());
  }
}

void RegistryCore::note_use(const CredentialId& key, CredentialAnswer& answer) {
  const Timestamp now = backend_->clock().now();
  const std::int64_t precision =
      std::chrono::duration_cast<std::chrono::microseconds>(options_.key_use_precision).count();
  std::int64_t last = answer.last_use.load(std::memory_order_relaxed);
  if (now.microseconds() - last >= precision &&
      answer.last_use.compare_exchange_strong(last, now.microseconds(),
                                              std::memory_order_relaxed)) {
    key_use_->note(key, now);
  }
}

Result<void> check_options(const RegistryOptions& options) {
  using namespace std::chrono_literals;
  constexpr std::size_t most_bytes = std::size_t{64} << 30U;
  if (options.cache_bytes > most_bytes) {
    return Error{errc::invalid_argument, "RegistryOptions::cache_bytes is at most 64 GiB"};
  }
  if (options.max_answer_age < 0ms || options.max_answer_age > 1h) {
    return Error{errc::invalid_argument, "RegistryOptions::max_answer_age is 0 to 1 hour"};
  }
  if (options.key_use_precision < 1min || options.key_use_precision > 24h * 31) {
    return Error{errc::invalid_argument,
                 "RegistryOptions::key_use_precision is 1 minute to 31 days"};
  }
  return success();
}

}  // namespace tenancy::inline v0::detail
