#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include <boost/container_hash/hash.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include "tenancy/core/detail/context_reader.hpp"
#include "tenancy/core/tenant_context.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// Which tenants, and which credentials of theirs, the gate let through on a connection, or the
/// registry found there that it would, so that it need not be asked again while nobody else changed
/// the database. What it answers is true in the transaction's own snapshot: a commit of any other
/// connection voids it, and so does work on the control tables. Of these, tenants' statements reach
/// those of quotas alone, which the gate does not ask.
///
/// Thread safety: thread-compatible, like the connection it belongs to.
class Admissions {
 public:
  /// A transaction has begun in which the database has this version.
  void begin(std::uint32_t data_version) noexcept {
    if (data_version != version_) {
      clear();
      version_ = data_version;
    }
    is_open_ = true;
  }

  /// The connection itself has committed, after which the database has this version.
  void committed(std::uint32_t data_version) noexcept { version_ = data_version; }

  /// The transaction is over; what was found in it may still be true in the next.
  void end() noexcept { is_open_ = false; }

  /// The control tables may change now: nothing that the transaction finds from here on is kept,
  /// since it may be rolled back.
  void close() noexcept {
    clear();
    is_open_ = false;
  }

  [[nodiscard]] bool admits(const TenantContext& context) const noexcept {
    if (!is_open_) {
      return false;
    }
    const auto found = epochs_.find(context.tenant().value());
    if (found == epochs_.end() || found->second != context.epoch()) {
      return false;
    }
    const auto& credential = ContextReader::credential(context);
    return !credential || credentials_.contains(use_of(*credential, context));
  }

  /// The gate let the context through, in this transaction, or what it asks was read in it.
  void remember(const TenantContext& context) {
    if (!is_open_) {
      return;
    }
    if (epochs_.size() >= max_entries || credentials_.size() >= max_entries) {
      clear();
    }
    epochs_[context.tenant().value()] = context.epoch();
    if (const auto& credential = ContextReader::credential(context)) {
      credentials_.insert(use_of(*credential, context));
    }
  }

 private:
  /// A credential as it was when the context was made.
  struct Use {
    CredentialId credential;
    std::int64_t tenant;
    std::optional<std::int64_t> expires_at;

    friend bool operator==(const Use&, const Use&) noexcept = default;
    friend std::size_t hash_value(const Use& use) noexcept {
      std::size_t seed = std::hash<std::int64_t>{}(use.tenant);
      boost::hash_combine(
          seed, std::hash<std::string_view>{}({use.credential.data(), use.credential.size()}));
      return seed;
    }
  };

  static constexpr std::size_t max_entries = 8192;

  static Use use_of(const CredentialId& credential, const TenantContext& context) noexcept {
    const auto expires_at = context.expires_at();
    return Use{credential, context.tenant().value(),
               expires_at ? std::optional{expires_at->microseconds()} : std::nullopt};
  }

  void clear() noexcept {
    epochs_.clear();
    credentials_.clear();
  }

  boost::unordered_flat_map<std::int64_t, std::int64_t> epochs_;
  boost::unordered_flat_set<Use> credentials_;
  std::uint32_t version_ = 0;
  bool is_open_ = false;
};

}  // namespace tenancy::inline v0::detail::sqlite
