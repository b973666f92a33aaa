#pragma once

#include <exception>
#include <functional>
#include <utility>

#include "tenancy/core/call_options.hpp"
#include "tenancy/core/result.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// Decides whether a long piece of work goes on, and remembers why it does not.
///
/// Thread safety: confined to the thread that does the work.
class JobWatch {
 public:
  /// `on_look` runs whenever the watch is asked; once it has thrown, the work is over.
  explicit JobWatch(CallOptions call, std::function<void()> on_look = nullptr)
      : call_{std::move(call)}, on_look_{std::move(on_look)} {}
  JobWatch(const JobWatch&) = delete;
  JobWatch& operator=(const JobWatch&) = delete;
  ~JobWatch() = default;

  /// For SQLite's C frames, which no exception may pass.
  [[nodiscard]] bool goes_on() noexcept;

  /// Nothing while the work goes on. Errors: `cancelled`, `deadline_exceeded`.
  /// Throws what `on_look` threw.
  Result<void> check();

  [[nodiscard]] const CallOptions& call() const noexcept { return call_; }

 private:
  CallOptions call_;
  std::function<void()> on_look_;
  std::exception_ptr thrown_;
};

}  // namespace tenancy::inline v0::detail::sqlite
