#include "storage/postgres/wire.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "storage/scoped_limits.hpp"

namespace tenancy::inline v0::detail::postgres {
namespace {

using Clock = IoLimits::Clock;

/// For `poll`, rounded up; without an end, -1.
int milliseconds_until(Clock::time_point until) noexcept {
  constexpr int longest = 60'000;
  if (until == Clock::time_point::max()) {
    return -1;
  }
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
  return left <= 0 ? 0 : static_cast<int>(std::min<std::int64_t>(left, longest));
}

struct Ring {
  int alarm;
  void operator()() const noexcept {
    const std::uint64_t one = 1;
    static_cast<void>(::write(alarm, &one, sizeof one));
  }
};

/// Whether it is a matter of rights and names, and not of the network or the server's state: by the
/// server's SQLSTATE, or by the words of libpq itself, which has none.
bool is_refusal(std::string_view words) noexcept {
  constexpr std::size_t length = 5;
  for (auto at = words.find(":  "); at != std::string_view::npos; at = words.find(":  ", at + 1)) {
    const std::string_view state = words.substr(at + 3, length);
    if (words.substr(at + 3 + state.size(), 2) == ": " &&
        (state.starts_with("28") || state == "3D000" || state == "42501")) {
      return true;
    }
  }
  return words.find("no password supplied") != std::string_view::npos ||
         words.find("certificate") != std::string_view::npos;
}

/// Without the places in the server's source.
std::string without_locations(std::string_view words) {
  std::string text;
  while (!words.empty()) {
    const auto end = words.find('\n');
    const std::string_view line = words.substr(0, end);
    if (!line.starts_with("LOCATION:")) {
      text += text.empty() ? "" : "\n";
      text += line;
    }
    words.remove_prefix(end == std::string_view::npos ? words.size() : end + 1);
  }
  return text;
}

std::string one_line(std::string_view words) {
  std::string text;
  for (const char letter : words) {
    text += letter == '\n' ? ' ' : letter;
  }
  while (text.ends_with(' ')) {
    text.pop_back();
  }
  return text;
}

}  // namespace

Result<std::unique_ptr<Wire>> Wire::connect(const Address& address, const CallLimits& limits) {
  const auto attempts = address.attempts();
  const auto timeout = address.connect_timeout();
  std::optional<Error> last;
  for (std::size_t at = 0; at < attempts.size(); ++at) {
    const auto now = Clock::now();
    const auto end = limits.wait_until();
    const auto share = (end - std::min(now, end)) / static_cast<std::int64_t>(attempts.size() - at);
    const auto until = std::min(end, now + (timeout ? Clock::duration{*timeout} : share));
    auto wire = connect_to_one(attempts[at], limits, until);
    if (wire) {
      return wire;
    }
    last = std::move(wire).error();
    if (*last != errc::unreachable || limits.stop().stop_requested()) {
      // A server that answers, and refuses, is not gone round.
      break;
    }
  }
  return *std::move(last);
}

/// What the server says by the way is nobody's to hear, but for one thing.
void Wire::hear(void* wire, const PGresult* remark) {
  const char* const function = PQresultErrorField(remark, PG_DIAG_SOURCE_FUNCTION);
  if (function != nullptr && std::string_view{function} == "SyncRepWaitForLSN") {
    static_cast<Wire*>(wire)->doubt_ = true;
  }
}

Result<std::unique_ptr<Wire>> Wire::connect_to_one(const Address& address, const CallLimits& limits,
                                                   Clock::time_point until) {
  const int alarm = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (alarm < 0) {
    return Error{errc::unreachable, "no further file can be opened"};
  }
  const auto parameters = address.parameters();
  PGconn* const connection =
      PQconnectStartParams(parameters.keywords.data(), parameters.values.data(), 0);
  if (connection == nullptr) {
    ::close(alarm);
    return Error{errc::io_error, "no memory for a connection"};
  }
  std::unique_ptr<Wire> wire{new Wire{connection, alarm}};
  const auto failed = [&] {
    const std::string_view words{PQerrorMessage(connection)};
    return Error{is_refusal(words) ? errc::cannot_open : errc::unreachable,
                 "connecting to " + address.shown() + ": " + one_line(without_locations(words))};
  };
  // With the SQLSTATE of what the server says.
  PQsetErrorVerbosity(connection, PQERRORS_VERBOSE);
  if (PQstatus(connection) == CONNECTION_BAD) {
    return failed();
  }
  short events = POLLOUT;
  while (true) {
    bool is_ready = false;
    BOOST_OUTCOME_TRY(wire->wait(events, until, limits.stop(), is_ready));
    if (!is_ready) {
      return limits.stop().stop_requested() || Clock::now() >= limits.wait_until()
                 ? limits.wait_ended(errc::unreachable, "connecting to " + address.shown())
                 : Error{errc::unreachable, "connecting to " + address.shown() +
                                                ": it does not answer in its share of the time"};
    }
    const auto state = PQconnectPoll(connection);
    if (state == PGRES_POLLING_OK) {
      break;
    }
    if (state == PGRES_POLLING_FAILED) {
      return failed();
    }
    events = state == PGRES_POLLING_READING ? POLLIN : POLLOUT;
  }
  PQsetErrorVerbosity(connection, PQERRORS_DEFAULT);
  PQsetNoticeReceiver(connection, &Wire::hear, wire.get());
  if (PQsetnonblocking(connection, 1) != 0 || PQenterPipelineMode(connection) != 1) {
    return Error{errc::unsupported_engine, "libpq does not take pipelines"};
  }
  return wire;
}

Wire::~Wire() {
  if (!process_.in_same_process()) {
    return;
  }
  PQfinish(connection_);
  ::close(alarm_);
}

void Wire::silence() const noexcept {
  std::uint64_t rings = 0;
  while (::read(alarm_, &rings, sizeof rings) < 0 && errno == EINTR) {
  }
}

Result<void> Wire::wait(short events, Clock::time_point until, const std::stop_token& stop,
                        bool& is_ready) {
  std::optional<std::stop_callback<Ring>> ring;
  if (stop.stop_possible()) {
    ring.emplace(stop, Ring{alarm_});
  }
  while (true) {
    std::array<pollfd, 2> files{pollfd{PQsocket(connection_), events, 0},
                                pollfd{alarm_, POLLIN, 0}};
    const int found =
        ::poll(files.data(), stop.stop_possible() ? 2U : 1U, milliseconds_until(until));
    if (found < 0 && errno != EINTR) {
      return Error{errc::io_error, "the connection cannot be waited for"};
    }
    if (found > 0 && files[0].revents != 0) {
      is_ready = true;
      return success();
    }
    if (found > 0 && files[1].revents != 0 && !stop.stop_requested()) {
      // Rung for an earlier call, which had what it waited for at that moment.
      silence();
      continue;
    }
    if ((found > 0 && files[1].revents != 0) || Clock::now() >= until) {
      return success();
    }
  }
}

Result<void> Wire::wait_within(short events, const IoLimits& limits) {
  bool is_ready = false;
  BOOST_OUTCOME_TRY(wait(events, limits.give_up_at(), limits.stop(), is_ready));
  if (!is_ready) {
    return limits.reason();
  }
  return success();
}

Error Wire::lost() const {
  return Error{errc::transaction_lost,
               "the connection to the server was lost: " + one_line(PQerrorMessage(connection_))};
}

Result<void> Wire::flush(const IoLimits& limits) {
  while (true) {
    const int left = PQflush(connection_);
    if (left == 0) {
      return success();
    }
    if (left < 0) {
      return lost();
    }
    BOOST_OUTCOME_TRY(wait_within(POLLIN | POLLOUT, limits));
    // The server may have to say something before it takes more.
    if (PQconsumeInput(connection_) == 0) {
      return lost();
    }
  }
}

Result<ResultHandle> Wire::next_result(const IoLimits& limits) {
  std::size_t arrived = 0;
  while (PQisBusy(connection_) != 0) {
    const int left = PQflush(connection_);
    if (left < 0) {
      return lost();
    }
    BOOST_OUTCOME_TRY(
        wait_within(static_cast<short>(left == 0 ? POLLIN : POLLIN | POLLOUT), limits));
    int waiting = 0;
    if (::ioctl(PQsocket(connection_), FIONREAD, &waiting) == 0) {
      arrived += static_cast<std::size_t>(std::max(waiting, 0));
    }
    if (arrived > limits.max_answer_bytes()) {
      return limit_error("bytes", "a row is longer than a query's rows may be together");
    }
    if (PQconsumeInput(connection_) == 0) {
      return lost();
    }
  }
  ResultHandle result{PQgetResult(connection_)};
  if (PQstatus(connection_) == CONNECTION_BAD) {
    return lost();
  }
  return result;
}

bool Wire::is_quiet() const noexcept {
  if (PQstatus(connection_) != CONNECTION_OK) {
    return false;
  }
  pollfd file{PQsocket(connection_), POLLIN, 0};
  return ::poll(&file, 1, 0) == 0;
}

}  // namespace tenancy::inline v0::detail::postgres
