#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <utility>

#include "tenancy/registry/registry_options.hpp"

#include "registry/answer_cache.hpp"
#include "registry/health.hpp"
#include "registry/key_use.hpp"
#include "storage/backend.hpp"

namespace tenancy::inline v0::detail {

/// What authority, authenticator and registry of one opened store share.
///
/// Thread safety: thread-safe.
class RegistryCore {
 public:
  RegistryCore(std::shared_ptr<StoreBackend> backend, RegistryOptions options,
               const KnownSteps& host_steps);
  RegistryCore(const RegistryCore&) = delete;
  RegistryCore& operator=(const RegistryCore&) = delete;
  ~RegistryCore();

  [[nodiscard]] const std::shared_ptr<StoreBackend>& backend() const noexcept { return backend_; }
  [[nodiscard]] const KnownSteps& host_steps() const noexcept { return host_steps_; }
  /// What permissions to cross tenants have their uses recorded by.
  [[nodiscard]] const std::shared_ptr<CrossingAuditSink>& crossing_log() const noexcept {
    return crossing_log_;
  }
  [[nodiscard]] AnswerCache& answers() noexcept { return answers_; }
  [[nodiscard]] std::chrono::milliseconds max_answer_age() const noexcept {
    return options_.max_answer_age;
  }

  /// The key proved right: if its use was not noted lately, it is now.
  void note_use(const CredentialId& key, CredentialAnswer& answer);

  /// Tells the observer, if there is one.
  template <class Event>
  void tell(void (TenantObserver::*function)(const Event&) noexcept, const Event& event) const {
    if (options_.observer != nullptr) {
      (options_.observer.get()->*function)(event);
    }
  }

 private:
  const std::shared_ptr<StoreBackend> backend_;
  const RegistryOptions options_;
  const KnownSteps host_steps_;
  const std::shared_ptr<CrossingAuditSink> crossing_log_;
  AnswerCache answers_;
  std::unique_ptr<KeyUse> key_use_;
};

/// Errors: `invalid_argument` for what is out of range.
Result<void> check_options(const RegistryOptions& options);

}  // namespace tenancy::inline v0::detail
