#pragma once

#include <memory>
#include <utility>

#include "tenancy/core/assert.hpp"
#include "tenancy/core/export.hpp"

namespace tenancy::inline v0 {

namespace detail {
class StoreOpener;
}  // namespace detail

/// A kind of store beside SQLite that `open` is to know: `tenancy::postgres::store_kind()`, or one
/// of the host's own (docs/backends.md).
///
/// Ownership: a handle; copies share what they stand for. Thread safety: immutable.
class TENANCY_API StoreKind {
 public:
  /// Of what opens its stores.
  explicit StoreKind(std::shared_ptr<const detail::StoreOpener> opener) noexcept
      : opener_{std::move(opener)} {
    TENANCY_ASSERT(opener_ != nullptr, "a kind of store that opens nothing");
  }

  [[nodiscard]] const detail::StoreOpener& opener() const noexcept { return *opener_; }

 private:
  std::shared_ptr<const detail::StoreOpener> opener_;
};

}  // namespace tenancy::inline v0
