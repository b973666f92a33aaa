#include "service/readiness.hpp"

namespace tenantd {
namespace {

constexpr std::chrono::seconds good_for{1};

}  // namespace

bool Readiness::is_ready() {
  std::unique_lock lock{mutex_};
  if (has_ended()) {
    return false;
  }
  const bool has_looked = looked_at_ != Clock::time_point::min();
  if (is_looking_ || (has_looked && Clock::now() - looked_at_ < good_for)) {
    return is_good_;
  }
  is_looking_ = true;
  lock.unlock();
  const bool is_good = look_();
  lock.lock();
  is_looking_ = false;
  is_good_ = is_good;
  looked_at_ = Clock::now();
  return is_good && !has_ended();
}

}  // namespace tenantd
