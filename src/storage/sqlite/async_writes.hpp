#pragma once

#include <list>
#include <memory>
#include <optional>
#include <stop_token>

#include "storage/sqlite/writer.hpp"

namespace tenancy::inline v0::detail::sqlite {

class AsyncWrite;

/// The writes that nobody waits for. Two threads, started for the first of them, do for them what a
/// caller's thread does for its own: lead when one is next, and give up on those whose limits end
/// while they wait.
///
/// Thread safety: thread-safe.
class AsyncWrites {
 public:
  explicit AsyncWrites(Writer& writer);
  AsyncWrites(const AsyncWrites&) = delete;
  AsyncWrites& operator=(const AsyncWrites&) = delete;
  /// None is left. May be called on one of the threads, when the last of them held the store.
  ~AsyncWrites();

  /// Takes a write on. It is completed by another thread, whatever happens.
  void submit(std::unique_ptr<AsyncWrite> write, std::optional<TenantId> tenant,
              std::uint32_t weight);
  /// Completes a write that was refused before it was submitted.
  void refuse(std::unique_ptr<AsyncWrite> write, Error reason);

  /// For a forked process, which does not have the threads.
  void abandon() noexcept;

 private:
  friend class AsyncWrite;
  class Worker;

  const std::shared_ptr<Worker> worker_;
};

/// What an asynchronous write is held to; made before the unit that refers to it.
class AsyncCall {
 protected:
  AsyncCall(const CallOptions& options, std::chrono::milliseconds max_wait)
      : options_{options}, limits_{options_, max_wait} {
    // The wait counts from here, not from when somebody looks.
    static_cast<void>(limits_.wait_until());
  }
  ~AsyncCall() = default;

  const CallOptions options_;
  const CallLimits limits_;
};

/// One of them.
class AsyncWrite : private AsyncCall, public WriteUnit {
 public:
  AsyncWrite(const CallOptions& options, std::chrono::milliseconds max_wait)
      : AsyncCall{options, max_wait}, WriteUnit{Kind::host, Runs::on_any_thread, limits_} {}
  ~AsyncWrite() override = default;

  /// Tells whoever submitted it; outcome and exception are final.
  virtual void complete() noexcept = 0;

  void call_to_lead() noexcept final;
  void finish() noexcept final;

 private:
  friend class AsyncWrites::Worker;

  struct OnStop {
    AsyncWrites::Worker* worker;
    void operator()() const noexcept;
  };

  AsyncWrites::Worker* worker_ = nullptr;
  std::list<std::unique_ptr<AsyncWrite>>::iterator place_;
  std::optional<std::stop_callback<OnStop>> on_stop_;
};

}  // namespace tenancy::inline v0::detail::sqlite
