#pragma once

#include <functional>
#include <optional>

#include "service/http/problem.hpp"

namespace tenantd {

/// Takes the answer to one request: once, on any thread, without blocking.
using Answer = std::function<void(Response)>;

/// What a server asks for its answers.
///
/// Thread safety: implementations are thread-safe.
class Handler {
 public:
  Handler() = default;
  Handler(const Handler&) = delete;
  Handler& operator=(const Handler&) = delete;
  virtual ~Handler() = default;

  /// Answers a request, before it returns or later. It is called on a thread that serves sockets
  /// and does not block.
  virtual void handle(Request request, Answer answer) noexcept = 0;

  /// What stands against a request as far as its head tells, asked while its body is still to come.
  /// Then `refuse` answers, and neither is the client told to continue nor the body read. Does not
  /// block.
  [[nodiscard]] virtual std::optional<Problem> object_to(const Request& head) noexcept = 0;

  /// The answer to what could not be read as a request, or was not; of it, only what was understood
  /// is set.
  /// Does not block.
  [[nodiscard]] virtual Response refuse(const Request& request,
                                        const Problem& problem) noexcept = 0;

  /// What is sent in the place of an answer whose body finds no room among those of others. Does
  /// not block.
  [[nodiscard]] virtual Response without_room(const Response& answer) noexcept = 0;
};

}  // namespace tenantd
