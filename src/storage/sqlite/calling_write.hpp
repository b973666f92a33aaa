#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "storage/sqlite/writer.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// A write whose caller waits for it, and leads or runs it when it is called to.
///
/// Thread safety: made and awaited by one thread; the writer calls it from others.
class CallingWrite final : public WriteUnit {
 public:
  using Body = FunctionRef<Result<bool>(Connection&)>;

  CallingWrite(Kind what, Runs where, const CallLimits& call_limits, Body body) noexcept
      : WriteUnit{what, where, std::this_thread::get_id(), call_limits}, body_{body} {}

  /// Runs the write from its place in the queue to its outcome. Rethrows what left the body.
  Result<void> run_through(Writer& writer, std::optional<TenantId> tenant, std::uint32_t weight);

  Result<bool> run(Connection& connection) override { return body_(connection); }
  void call_to_lead() noexcept override;
  void finish() noexcept override;

 private:
  enum class Event : std::uint8_t { finished, called, over };

  Event await(bool may_give_up);
  Result<void> take_outcome();

  const Body body_;

  std::mutex mutex_;
  std::condition_variable told_;
  bool is_called_ = false;
  bool is_finished_ = false;
  bool is_stopped_ = false;
};

}  // namespace tenancy::inline v0::detail::sqlite
