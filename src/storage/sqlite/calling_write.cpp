#include "storage/sqlite/calling_write.hpp"

#include <stop_token>
#include <utility>

namespace tenancy::inline v0::detail::sqlite {

Result<void> CallingWrite::run_through(Writer& writer, std::optional<TenantId> tenant,
                                       std::uint32_t weight) {
  // From here on, for whichever thread runs it.
  static_cast<void>(limits.wait_until());
  BOOST_OUTCOME_TRY(const bool leads, writer.submit(*this, tenant, weight));
  if (leads) {
    writer.lead(*this);
  }
  const std::stop_callback on_stop{limits.stop(), [this] {
                                     const std::scoped_lock lock{mutex_};
                                     is_stopped_ = true;
                                     told_.notify_one();
                                   }};
  bool may_give_up = true;
  while (true) {
    switch (await(may_give_up)) {
      case Event::finished:
        return take_outcome();
      case Event::called:
        writer.lead(*this);
        break;
      case Event::over:
        if (writer.withdraw(*this)) {
          return limits.wait_ended(errc::overloaded, "the turn to write");
        }
        // It runs already, and looks at its limits by itself.
        may_give_up = false;
        break;
    }
  }
}

CallingWrite::Event CallingWrite::await(bool may_give_up) {
  std::unique_lock lock{mutex_};
  const auto is_told = [&] { return is_called_ || is_finished_ || (may_give_up && is_stopped_); };
  if (may_give_up) {
    told_.wait_until(lock, limits.wait_until(), is_told);
  } else {
    told_.wait(lock, is_told);
  }
  if (is_finished_) {
    return Event::finished;
  }
  return std::exchange(is_called_, false) ? Event::called : Event::over;
}

Result<void> CallingWrite::take_outcome() {
  if (exception != nullptr) {
    std::rethrow_exception(std::move(exception));
  }
  return std::move(outcome);
}

// Notifying under the lock keeps the caller, and with it this unit, in place until it is done.

void CallingWrite::call_to_lead() noexcept {
  const std::scoped_lock lock{mutex_};
  is_called_ = true;
  told_.notify_one();
}

void CallingWrite::finish() noexcept {
  const std::scoped_lock lock{mutex_};
  is_finished_ = true;
  told_.notify_one();
}

}  // namespace tenancy::inline v0::detail::sqlite
