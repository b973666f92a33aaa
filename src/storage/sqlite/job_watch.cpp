#include "storage/sqlite/job_watch.hpp"

namespace tenancy::inline v0::detail::sqlite {

bool JobWatch::goes_on() noexcept {
  if (thrown_ != nullptr || call_.stop.stop_requested() ||
      CallOptions::Clock::now() >= call_.deadline) {
    return false;
  }
  if (on_look_) {
    try {
      on_look_();
    } catch (...) {
      thrown_ = std::current_exception();
      return false;
    }
  }
  return true;
}

Result<void> JobWatch::check() {
  if (goes_on()) {
    return success();
  }
  if (thrown_ != nullptr) {
    std::rethrow_exception(thrown_);
  }
  if (call_.stop.stop_requested()) {
    return Error{errc::cancelled, "a stop was requested"};
  }
  return Error{errc::deadline_exceeded, "the deadline passed"};
}

}  // namespace tenancy::inline v0::detail::sqlite
