#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "tenancy/core/clock.hpp"
#include "tenancy/storage/observer.hpp"

namespace tenancy::inline v0 {

/// How a store behaves; the defaults suit a service on one machine.
struct StoreOptions {
  /// Connections for reading; as many read transactions run at once. 1 to 64.
  std::size_t readers = 4;
  /// How long a transaction waits for a connection, and a connection for another process, before
  /// it is refused with `overloaded` or `busy`. Positive.
  std::chrono::milliseconds max_wait{5000};
  /// Gives the library the time of day; the system's when empty.
  std::shared_ptr<const Clock> clock = nullptr;
  /// Told about transactions and alarms; may be empty.
  std::shared_ptr<StoreObserver> observer = nullptr;
};

}  // namespace tenancy::inline v0
