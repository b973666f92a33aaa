#include "tenancy/testing/crossing_sinks.hpp"

namespace tenancy::inline v0::testing {

MemoryCrossingSink::~MemoryCrossingSink() = default;

Result<void> MemoryCrossingSink::record(const CrossingRecord& record,
                                        const CallOptions& /*options*/) {
  const std::scoped_lock lock{mutex_};
  records_.push_back(record);
  return success();
}

std::vector<CrossingRecord> MemoryCrossingSink::records() const {
  const std::scoped_lock lock{mutex_};
  return records_;
}

FailingCrossingSink::~FailingCrossingSink() = default;

Result<void> FailingCrossingSink::record(const CrossingRecord& /*record*/,
                                         const CallOptions& /*options*/) {
  const std::scoped_lock lock{mutex_};
  if (successes_left_ > 0) {
    --successes_left_;
    return success();
  }
  ++refusals_;
  return Error{errc::io_error, "this sink keeps no records"};
}

std::uint64_t FailingCrossingSink::refusals() const {
  const std::scoped_lock lock{mutex_};
  return refusals_;
}

}  // namespace tenancy::inline v0::testing
