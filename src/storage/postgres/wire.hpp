#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <utility>

#include <libpq-fe.h>

#include "tenancy/core/result.hpp"

#include "storage/fork_mark.hpp"
#include "storage/postgres/address.hpp"
#include "storage/postgres/io_limits.hpp"

namespace tenancy::inline v0::detail::postgres {

struct ClearResult {
  void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using ResultHandle = std::unique_ptr<PGresult, ClearResult>;

/// libpq's connection without waiting inside libpq: every wait ends with the call's limits, or when
/// a stop is requested.
///
/// Thread safety: thread-compatible.
class Wire {
 public:
  /// Connects, to the first of the address's hosts that lets it, and enters pipeline mode. Each has
  /// its `connect_timeout`, or else its part of the time that is left, so that one that does not
  /// answer keeps nobody from the next.
  /// Errors: `unreachable`, `cannot_open`; `overloaded`, `deadline_exceeded`, `cancelled`.
  static Result<std::unique_ptr<Wire>> connect(const Address& address, const CallLimits& limits);

  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;
  /// Closes it; in a process that was forked off from the one that opened it, it is left as it is,
  /// since a farewell would end the parent's.
  ~Wire();

  [[nodiscard]] PGconn* handle() const noexcept { return connection_; }
  [[nodiscard]] bool in_same_process() const noexcept { return process_.in_same_process(); }

  /// The next result of what was sent, null at the end of a statement's results.
  /// Errors: `transaction_lost` when the connection is gone; those of the limits. It is not to be
  /// used any more after either.
  Result<ResultHandle> next_result(const IoLimits& limits);
  /// Sends what waits to be sent. Errors: the same.
  Result<void> flush(const IoLimits& limits);

  /// Whether the server has said nothing unasked, such as farewell.
  [[nodiscard]] bool is_quiet() const noexcept;

  /// Whether the server has committed since the last call something that its synchronous standbys
  /// are not known to have: it was stopped while it waited for them, which it tells by the way.
  [[nodiscard]] bool take_doubt() noexcept { return std::exchange(doubt_, false); }

 private:
  explicit Wire(PGconn* connection, int alarm) noexcept : connection_{connection}, alarm_{alarm} {}

  static Result<std::unique_ptr<Wire>> connect_to_one(const Address& address,
                                                      const CallLimits& limits,
                                                      IoLimits::Clock::time_point until);
  static void hear(void* wire, const PGresult* remark);

  /// Takes back what was rung.
  void silence() const noexcept;
  /// Until the socket is ready or the limits end; `events` as for `poll`.
  Result<void> wait(short events, IoLimits::Clock::time_point until, const std::stop_token& stop,
                    bool& is_ready);
  Result<void> wait_within(short events, const IoLimits& limits);
  [[nodiscard]] Error lost() const;

  const ForkMark process_;
  PGconn* connection_;
  int alarm_;  ///< An eventfd that a requested stop rings.
  bool doubt_ = false;
};

}  // namespace tenancy::inline v0::detail::postgres
