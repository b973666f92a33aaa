#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "tenancy/core/detail/function_ref.hpp"

#include "storage/postgres/connection.hpp"

namespace tenancy::inline v0::detail::postgres {

/// The pause behind so many tries in a row that failed, 1 or more: up to 10 ms at first, twice as
/// much each time, and up to a second at the end; never the same for two programs.
std::chrono::microseconds pause_after(unsigned failures);

/// Opens connections to a server, and spares one that does not let anybody in: tries are then made
/// one at a time, with pauses between them that grow up to a second.
///
/// Thread safety: thread-safe.
class Connector {
 public:
  /// What becomes of a call when the server cannot be reached.
  enum class WhenDown : std::uint8_t {
    wait,  ///< It waits for the next tries, once one has ever succeeded.
    tell,  ///< It is told at once.
  };

  Connector(Address address, const ConnectionOptions& options, WhenDown when_down)
      : address_{std::move(address)}, options_{options}, when_down_{when_down} {}
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;
  ~Connector() = default;

  /// Whether a connection that was just opened will do.
  using Check = FunctionRef<Result<void>(Connection&, const CallLimits&)>;

  /// Errors: as `Connection::open`, and those of the check; `unreachable` of the last try while no
  /// other is made.
  Result<std::unique_ptr<Connection>> open(const CallLimits& limits, Check check);
  Result<std::unique_ptr<Connection>> open(const CallLimits& limits);

  [[nodiscard]] const Address& address() const noexcept { return address_; }

  struct Tries {
    std::uint64_t succeeded;
    std::uint64_t failed;
    std::optional<Error> last_error;  ///< If the last one failed.
  };
  [[nodiscard]] Tries tries() const;

 private:
  using Clock = CallLimits::Clock;

  /// Until there may be a try; nothing when there may be one now. Gives how many failed in a row.
  Result<unsigned> wait_for_try(const CallLimits& limits);
  void note_failure(const Error& error, unsigned failed_before);
  [[nodiscard]] bool counts(const Error& error) const noexcept;

  const Address address_;
  const ConnectionOptions options_;
  const WhenDown when_down_;

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  unsigned failed_in_a_row_ = 0;
  Clock::time_point next_try_ = {};
  std::optional<Error> last_error_;
  std::uint64_t succeeded_ = 0;
  std::uint64_t failed_ = 0;
};

}  // namespace tenancy::inline v0::detail::postgres
