#pragma once

#include <functional>
#include <optional>
#include <utility>

namespace tenancy_bench {

/// A value that is made when it is first asked for: a run of one case needs few of them all.
///
/// Thread safety: thread-compatible.
template <class T>
class Lazy {
 public:
  explicit Lazy(std::function<T()> make) : make_{std::move(make)} {}

  T& get() {
    if (!value_) {
      value_.emplace(make_());
    }
    return *value_;
  }

 private:
  std::function<T()> make_;
  std::optional<T> value_;
};

}  // namespace tenancy_bench
