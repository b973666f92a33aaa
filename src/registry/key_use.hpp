#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <thread>

#include <boost/unordered/unordered_flat_map.hpp>

#include "tenancy/core/detail/credential_id.hpp"
#include "tenancy/core/timestamp.hpp"

#include "storage/backend.hpp"

namespace tenancy::inline v0::detail {

/// Writes down when keys were used, some seconds later and on a thread of its own, so that
/// authenticating waits for no write. What cannot be written is forgotten: it is a help for people
/// who tidy up, no evidence.
///
/// Thread safety: thread-safe.
class KeyUse {
 public:
  explicit KeyUse(StoreBackend& backend) noexcept : backend_{backend} {}
  KeyUse(const KeyUse&) = delete;
  KeyUse& operator=(const KeyUse&) = delete;
  /// Writes what is left.
  ~KeyUse();

  void note(const CredentialId& key, Timestamp used_at) noexcept;

 private:
  struct Hash {
    std::size_t operator()(const CredentialId& id) const noexcept;
  };
  using Uses = boost::unordered_flat_map<CredentialId, Timestamp, Hash>;

  void work();
  void write(const Uses& uses) noexcept;

  StoreBackend& backend_;
  std::mutex mutex_;
  std::condition_variable wanted_;
  Uses uses_;
  bool stops_ = false;
  std::thread thread_;
};

}  // namespace tenancy::inline v0::detail
