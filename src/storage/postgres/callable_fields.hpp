#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "storage/backend.hpp"
#include "storage/call_limits.hpp"

namespace tenancy::inline v0::detail::postgres {

/// The names by which `x.name` may call a function, or convert, although no list has them.
///
/// Where `x` has no column of that name the server takes it for `name(x)`. So a name behind a dot
/// must be none of its functions of one argument, and none of its types, unless it is on the list
/// of either or a column of what tenants' queries see.
///
/// Thread safety: thread-safe.
class CallableFields {
 public:
  using Names = std::set<std::string, std::less<>>;
  using Read = std::function<Result<Names>(const CallLimits&)>;

  explicit CallableFields(Read read) : read_{std::move(read)} {}

  /// Errors: `query_refused`; those of reading.
  Result<void> check(std::span<const std::string> fields, const CallLimits& limits);

  /// What a database has of them.
  static Result<Names> read(ControlSession& session);

 private:
  [[nodiscard]] const std::string* find(std::span<const std::string> fields) const;

  const Read read_;
  std::mutex mutex_;
  std::optional<CallLimits::Clock::time_point> read_at_;
  Names names_;
};

}  // namespace tenancy::inline v0::detail::postgres
