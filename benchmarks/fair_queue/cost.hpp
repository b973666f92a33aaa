#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tenancy_bench {

/// One kind of queue, used in one way.
struct CostCase {
  std::string name;
  std::function<void(std::size_t times)> operation;  ///< Takes that many items through it.
  std::size_t batch;
};

/// An item's way through a queue, push, pop and end of service, as a store would use it: `/locked`
/// takes a mutex for the push and once more for the pop together with the end of service of the
/// item before; `/bare` takes none. `fifo` is an intrusive list with a bound and counters of what
/// waits.
///
/// The tenants are the same as in the simulation; one item in ten is of those that send now and
/// then.
class CostCases {
 public:
  CostCases();
  CostCases(const CostCases&) = delete;
  CostCases& operator=(const CostCases&) = delete;
  ~CostCases();

  [[nodiscard]] const std::vector<CostCase>& all() const noexcept { return all_; }

  /// False, after an explanation on standard error, when there is no such case.
  [[nodiscard]] bool run(const std::string& name, std::size_t times) const;

 private:
  class Work;
  std::unique_ptr<Work> work_;
  std::vector<CostCase> all_;
};

}  // namespace tenancy_bench
