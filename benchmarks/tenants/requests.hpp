#pragma once

#include <cstddef>
#include <vector>

#include "tenants/population.hpp"

namespace tenancy_bench {

/// Requests of a population's tenants in an order that is the same from run to run, over and over.
class Requests {
 public:
  /// So many different ones are drawn; then they come again.
  static constexpr std::size_t drawn = 50'000;

  /// Some tenants, each as often as the others.
  static Requests of_few(std::size_t tenants, std::size_t size);
  /// All tenants alike.
  static Requests uniform(std::size_t size);
  /// The tenant of rank r is asked for as often as 1 / r^0.99.
  static Requests zipf(std::size_t size);
  /// Each tenant once, the one with the highest rank first.
  static Requests each_once(std::size_t tenants, std::size_t size);

  const Request& next() noexcept {
    const Request& request = requests_[next_];
    next_ = next_ + 1 == requests_.size() ? 0 : next_ + 1;
    return request;
  }
  [[nodiscard]] std::size_t size() const noexcept { return requests_.size(); }

 private:
  Requests() = default;

  std::vector<Request> requests_;
  std::size_t next_ = 0;
};

}  // namespace tenancy_bench
