#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "tenancy/core/key_ring.hpp"
#include "tenancy/core/tenant_context.hpp"

#include "core/bounded_cache.hpp"

namespace tenancy::inline v0::detail {

/// A tenant that was active when it was looked up. The mark is shared with all contexts and answers
/// that rest on it.
struct TenantAnswer {
  std::int64_t epoch;
  std::shared_ptr<FreshnessMark> mark;
};

/// A key that proved right, and what it is good for.
struct CredentialAnswer {
  using Clock = std::chrono::steady_clock;

  CredentialAnswer(const Mac& its_hash, const TenantContext& its_context, std::int64_t its_last_use,
                   Clock::time_point it_was_asked)
      : hash{its_hash}, context{its_context}, asked_at{it_was_asked}, last_use{its_last_use} {}

  Mac hash;
  TenantContext context;
  /// Before the store was: what others changed by then is in the answer.
  Clock::time_point asked_at;
  /// When its use was last noted, in microseconds.
  std::atomic<std::int64_t> last_use;
};

/// What was found out about tenants and credentials lately. Answers may be out of date when another
/// process changed something; the gate of each transaction tells, and marks them.
///
/// Thread safety: thread-safe.
class AnswerCache {
 public:
  explicit AnswerCache(std::size_t max_bytes) noexcept;

  /// Taken before the store is asked: what is found then is only kept when this process changed
  /// nothing meanwhile.
  enum class Ticket : std::uint64_t {};
  [[nodiscard]] Ticket ticket() const noexcept {
    return Ticket{changes_.load(std::memory_order_acquire)};
  }

  std::optional<TenantAnswer> find(TenantId tenant);
  /// The answer that is kept now: an earlier one when it says the same.
  TenantAnswer keep(TenantId tenant, std::int64_t epoch, Ticket ticket);

  std::shared_ptr<CredentialAnswer> find(const CredentialId& credential);
  void keep(const CredentialId& credential, std::shared_ptr<CredentialAnswer> answer,
            Ticket ticket);

  /// The tenant's status, or a credential of its, was changed by this process, which has committed
  /// it.
  void changed(TenantId tenant);
  void changed(TenantId tenant, const CredentialId& credential);

  [[nodiscard]] std::size_t bytes() const { return tenants_.bytes() + credentials_.bytes(); }

 private:
  struct CredentialHash {
    std::size_t operator()(const CredentialId& id) const noexcept {
      return std::hash<std::string_view>{}({id.data(), id.size()});
    }
  };

  std::atomic<std::uint64_t> changes_{0};
  BoundedCache<TenantId, std::shared_ptr<const TenantAnswer>> tenants_;
  BoundedCache<CredentialId, std::shared_ptr<CredentialAnswer>, CredentialHash> credentials_;
};

}  // namespace tenancy::inline v0::detail
