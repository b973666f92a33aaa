#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>

#include "service/http/message.hpp"

namespace tenantd {

/// Where the answer to one request is put, and where it is waited for. An answer that comes at once
/// costs neither a switch of coroutines nor memory.
///
/// Thread safety: `set` may be called by any thread, everything else by the one that waits.
template <class Executor>
class PendingAnswer {
 public:
  explicit PendingAnswer(Executor executor) : executor_{std::move(executor)} {}

  /// Once for each request.
  void set(Response response) {
    response_ = std::move(response);
    if (state_.exchange(State::answered, std::memory_order_acq_rel) == State::waited_for) {
      boost::asio::post(executor_, std::exchange(resume_, nullptr));
    }
  }

  [[nodiscard]] bool is_there() const noexcept {
    return state_.load(std::memory_order_acquire) == State::answered;
  }

  template <boost::asio::completion_token_for<void()> Token>
  auto wait(Token&& token) {
    return boost::asio::async_initiate<Token, void()>(
        [this](auto handler) {
          const auto waiting = std::make_shared<decltype(handler)>(std::move(handler));
          resume_ = [waiting] { std::move (*waiting)(); };
          if (state_.exchange(State::waited_for, std::memory_order_acq_rel) == State::answered) {
            boost::asio::post(executor_, std::exchange(resume_, nullptr));
          }
        },
        token);
  }

  /// The answer, which is there; then the next one may be waited for.
  Response take() {
    state_.store(State::none, std::memory_order_relaxed);
    Response response = *std::move(response_);
    response_.reset();
    return response;
  }

 private:
  enum class State : std::uint8_t { none, waited_for, answered };

  Executor executor_;
  std::atomic<State> state_ = State::none;
  std::optional<Response> response_;
  std::function<void()> resume_;
};

}  // namespace tenantd
