#include "durable_writes/batch_counter.hpp"

namespace tenancy_bench {

void BatchCounter::on_batch(const tenancy::BatchReport& report) noexcept {
  if (report.committed) {
    ++commits_;
    transactions_ += report.transactions;
  }
}

void BatchCounter::reset() noexcept {
  commits_ = 0;
  transactions_ = 0;
}

}  // namespace tenancy_bench
