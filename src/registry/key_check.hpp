#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "tenancy/core/key_ring.hpp"

#include "storage/backend.hpp"

namespace tenancy::inline v0::detail {

/// How the keys of a ring stand to those that a store has been used with.
struct KeyComparison {
  std::size_t recorded = 0;                     ///< Versions that the store knows.
  std::size_t matching = 0;                     ///< Of them, those whose key is the ring's.
  std::optional<std::uint32_t> differing = {};  ///< The oldest one whose key is not the ring's.
  std::int64_t newest_recorded = 0;             ///< 0 when none is.
  std::vector<Mac> unrecorded = {};             ///< Check values of the ring's that it has not.
};

/// Compares by check values, in constant time. Errors: the store's.
Result<KeyComparison> compare_keys(ControlSession& session, const KeyRing& keys);

/// What is wrong with keys that compare like this. Errors: `invalid_key_ring`.
Result<void> judge_keys(const KeyComparison& comparison);

/// Whether the store's key ring is the one that it has been used with before; check values of new
/// versions are recorded. Writes only when there is something new. A store without check values,
/// new or of an older version of the library, takes the ring that it is given.
///
/// Errors: `invalid_key_ring`; those of the store.
Result<void> check_keys(StoreBackend& store, const CallOptions& options);

}  // namespace tenancy::inline v0::detail
