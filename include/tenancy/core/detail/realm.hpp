#pragma once

#include <memory>

namespace tenancy::inline v0::detail {

/// The identity of one opened store within this process. A context carries the realm of the
/// authority that made it, and a store refuses contexts of any other realm, even when the other
/// store is a copy of the same data. Holding the tag keeps its address from being used again.
///
/// Thread safety: immutable.
class Realm {
 public:
  static Realm create() { return Realm{std::make_shared<const char>('\0')}; }

  friend bool operator==(const Realm& a, const Realm& b) noexcept { return a.tag_ == b.tag_; }

 private:
  explicit Realm(std::shared_ptr<const char> tag) noexcept : tag_{std::move(tag)} {}

  std::shared_ptr<const char> tag_;
};

}  // namespace tenancy::inline v0::detail
