#include "storage/sqlite/watch.hpp"

namespace tenancy::inline v0::detail::sqlite {

Error Watch::reason() const {
  if (limits_ != nullptr) {
    if (auto ended = limits_->check(); !ended) {
      return std::move(ended).error();
    }
    if (coarse_now() >= limits_->deadline()) {
      return Error{errc::deadline_exceeded, "the deadline passed"};
    }
  }
  return Error{budget_.code, budget_.advice};
}

}  // namespace tenancy::inline v0::detail::sqlite
