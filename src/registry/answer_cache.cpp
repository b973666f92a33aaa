#include "registry/answer_cache.hpp"

#include <cstddef>
#include <utility>

namespace tenancy::inline v0::detail {
namespace {

/// What an allocation takes beside what was asked for, and a shared pointer's counts.
constexpr std::size_t allocation_bytes = 16;
constexpr std::size_t counts_bytes = 16;

constexpr std::size_t tenant_bytes = sizeof(TenantAnswer) + counts_bytes + allocation_bytes +
                                     sizeof(FreshnessMark) + counts_bytes + allocation_bytes;

/// The state of a context: realm, tenant, principal, epoch, kind, credential, expiry and mark, of
/// which the principal's id is allocated by itself.
constexpr std::size_t context_bytes = 192 + counts_bytes + 2 * allocation_bytes;

constexpr std::size_t credential_bytes =
    sizeof(CredentialAnswer) + counts_bytes + allocation_bytes + context_bytes;

/// Of the budget: a tenant's answer is about a quarter of a credential's.
constexpr std::size_t tenants_part = 4;

}  // namespace

AnswerCache::AnswerCache(std::size_t max_bytes) noexcept
    : tenants_{max_bytes / tenants_part}, credentials_{max_bytes - max_bytes / tenants_part} {}

std::optional<TenantAnswer> AnswerCache::find(TenantId tenant) {
  const auto found = tenants_.find(tenant);
  if (!found || (*found)->mark->expired()) {
    return std::nullopt;
  }
  return **found;
}

TenantAnswer AnswerCache::keep(TenantId tenant, std::int64_t epoch, Ticket ticket) {
  if (auto known = find(tenant); known && known->epoch == epoch) {
    return *std::move(known);
  }
  const auto answer =
      std::make_shared<const TenantAnswer>(TenantAnswer{epoch, std::make_shared<FreshnessMark>()});
  tenants_.put(tenant, answer, tenant_bytes);
  // Looked at after it is kept: a change that comes now finds it and takes it out itself.
  if (this->ticket() != ticket) {
    tenants_.erase(tenant);
    answer->mark->expire();
  }
  return *answer;
}

std::shared_ptr<CredentialAnswer> AnswerCache::find(const CredentialId& credential) {
  auto found = credentials_.find(credential);
  return found ? *std::move(found) : nullptr;
}

void AnswerCache::keep(const CredentialId& credential, std::shared_ptr<CredentialAnswer> answer,
                       Ticket ticket) {
  credentials_.put(credential, std::move(answer), credential_bytes);
  if (this->ticket() != ticket) {
    credentials_.erase(credential);
  }
}

void AnswerCache::changed(TenantId tenant) {
  changes_.fetch_add(1, std::memory_order_acq_rel);
  if (const auto found = tenants_.find(tenant)) {
    (*found)->mark->expire();
    tenants_.erase(tenant);
  }
}

void AnswerCache::changed(TenantId tenant, const CredentialId& credential) {
  changed(tenant);
  credentials_.erase(credential);
}

}  // namespace tenancy::inline v0::detail
