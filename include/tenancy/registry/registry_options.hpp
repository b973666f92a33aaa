#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "tenancy/core/crossing_audit_sink.hpp"
#include "tenancy/registry/tenant_observer.hpp"

namespace tenancy::inline v0 {

/// How tenants and their credentials are kept at hand.
struct RegistryOptions {
  /// Memory for answers of `Authenticator::authenticate` and `Authority::enter`, in bytes; the
  /// least recently used give way. 0 keeps none; at most 64 GiB.
  std::size_t cache_bytes = std::size_t{16} << 20U;
  /// How old an answer of `Authenticator::authenticate` from memory may be: what another process
  /// changed about a key shows in each transaction at once, and after this time in `authenticate`
  /// as well. 0 asks the store each time; at most 1 hour.
  std::chrono::milliseconds max_answer_age{1000};
  /// How exactly the last use of a key is known: it is written down once in this time, and some
  /// seconds later. 1 minute to 31 days.
  std::chrono::seconds key_use_precision{3600};
  /// Told about changes of tenants and keys; may be empty.
  std::shared_ptr<TenantObserver> observer = nullptr;
  /// Keeps the records of what is done across tenants, beside the store; may be empty.
  std::shared_ptr<CrossingAuditSink> crossing_sink = nullptr;
};

}  // namespace tenancy::inline v0
