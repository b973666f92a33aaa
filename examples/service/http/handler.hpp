#pragma once

#include "service/http/problem.hpp"

namespace tenantd {

/// What a server asks for its answers.
///
/// Thread safety: implementations are thread-safe.
class Handler {
 public:
  Handler() = default;
  Handler(const Handler&) = delete;
  Handler& operator=(const Handler&) = delete;
  virtual ~Handler() = default;

  /// The answer to a request. May block. Exceptions must not leave it.
  [[nodiscard]] virtual Response handle(const Request& request) noexcept = 0;

  /// The answer to what could not be read as a request; of it, only what was understood is set.
  /// Does not block. Exceptions must not leave it.
  [[nodiscard]] virtual Response refuse(const Request& request,
                                        const Problem& problem) noexcept = 0;
};

}  // namespace tenantd
