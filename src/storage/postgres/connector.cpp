#include "storage/postgres/connector.hpp"

#include <algorithm>
#include <random>
#include <utility>

namespace tenancy::inline v0::detail::postgres {

std::chrono::microseconds pause_after(unsigned failures) {
  constexpr std::chrono::milliseconds first{10};
  constexpr std::chrono::milliseconds longest{1000};
  thread_local std::minstd_rand random{std::random_device{}()};
  const std::chrono::microseconds pause =
      std::min<std::chrono::microseconds>(longest, first * (1U << std::min(failures - 1, 7U)));
  return pause / 2 + std::chrono::microseconds{
                         std::uniform_int_distribution<std::int64_t>{0, pause.count() / 2}(random)};
}

Result<std::unique_ptr<Connection>> Connector::open(const CallLimits& limits) {
  return open(limits, [](Connection&, const CallLimits&) -> Result<void> { return success(); });
}

Result<std::unique_ptr<Connection>> Connector::open(const CallLimits& limits, Check check) {
  while (true) {
    BOOST_OUTCOME_TRY(const unsigned failed_before, wait_for_try(limits));
    auto connection = Connection::open(address_, options_, limits);
    if (connection) {
      if (auto checked = check(*connection.value(), limits); !checked) {
        connection = std::move(checked).error();
      }
    }
    if (connection) {
      const std::scoped_lock lock{mutex_};
      ++succeeded_;
      failed_in_a_row_ = 0;
      last_error_.reset();
      changed_.notify_all();
      return connection;
    }
    note_failure(connection.error(), failed_before);
    if (!counts(connection.error())) {
      return connection;
    }
  }
}

Result<unsigned> Connector::wait_for_try(const CallLimits& limits) {
  std::unique_lock lock{mutex_};
  while (failed_in_a_row_ > 0) {
    const auto now = Clock::now();
    if (now >= next_try_) {
      // Others wait for what comes of this one, for the time of a pause.
      next_try_ = now + pause_after(failed_in_a_row_);
      break;
    }
    if (limits.stop().stop_requested()) {
      return limits.wait_ended(errc::unreachable, "a connection");
    }
    // A wait whose end would come before the next try is none.
    const bool waits = when_down_ == WhenDown::wait && succeeded_ > 0;
    if (!waits || next_try_ >= limits.wait_until()) {
      return last_error_ ? *last_error_ : Error{errc::unreachable, "the server is not there"};
    }
    changed_.wait_until(lock, limits.stop(), next_try_, [this] { return failed_in_a_row_ == 0; });
  }
  return failed_in_a_row_;
}

bool Connector::counts(const Error& error) const noexcept {
  switch (error.code()) {
    case errc::unreachable:
    case errc::transaction_lost:
      return true;
    case errc::cancelled:
      return false;
    default:
      // Whoever is only asked when it is there at once is not asked again at once, whatever it was.
      return when_down_ == WhenDown::tell;
  }
}

void Connector::note_failure(const Error& error, unsigned failed_before) {
  const std::scoped_lock lock{mutex_};
  ++failed_;
  if (!counts(error)) {
    return;
  }
  last_error_ = error;
  // Of several at the same time, one counts.
  if (failed_in_a_row_ <= failed_before) {
    failed_in_a_row_ = failed_before + 1;
    next_try_ = Clock::now() + pause_after(failed_in_a_row_);
  }
}

Connector::Tries Connector::tries() const {
  const std::scoped_lock lock{mutex_};
  return Tries{succeeded_, failed_, last_error_};
}

}  // namespace tenancy::inline v0::detail::postgres
