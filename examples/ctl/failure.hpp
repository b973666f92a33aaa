#pragma once

#include <string>

#include <boost/outcome/basic_result.hpp>
#include <boost/outcome/policy/terminate.hpp>
#include <boost/outcome/try.hpp>  // IWYU pragma: export

#include "tenancy/core/result.hpp"

#include "ctl/exit_status.hpp"

namespace tenantctl {

using boost::outcome_v2::success;

/// Why a command is not done, as the person or the script that gave it is told.
struct Failure {
  ExitStatus status;
  std::string code;       ///< The library's name for it, or one of this program's.
  std::string condition;  ///< Its family.
  std::string message;
  std::string hint;        ///< What to do about it; may be empty.
  std::string request_id;  ///< What the server's log knows the request by; empty without one.

  /// Implicit, so that `BOOST_OUTCOME_TRY` passes the library's failures on.
  Failure(const tenancy::Error& error);  // NOLINT(google-explicit-constructor)

  /// The same with words in front of its message, for the caller that knows what was tried.
  [[nodiscard]] Failure with_context(std::string_view what_was_tried) const;

  /// The same with another hint.
  [[nodiscard]] Failure with_hint(std::string another) const;

  static Failure misused(std::string message, std::string hint = {});
  /// What a server has no operation for, as in "health".
  static Failure needs_store(const std::string& what);
  /// What a store has nothing for.
  static Failure needs_server(const std::string& what);
  static Failure unconfirmed(std::string message, std::string hint);
  static Failure findings(std::string message);
  /// Something other than the store failed: a file, the output, a server.
  static Failure other(std::string code, std::string message, std::string hint = {});
  /// The state of things stands against it, in a way that has no name here.
  static Failure conflict(std::string message);
  /// No server was reached, so that nothing was done.
  static Failure unreachable(std::string message);

 private:
  Failure(ExitStatus failure_status, std::string failure_code, std::string failure_condition,
          std::string failure_message, std::string failure_hint);
};

/// A value, or why there is none.
template <class T>
using Outcome = boost::outcome_v2::basic_result<T, Failure, boost::outcome_v2::policy::terminate>;

}  // namespace tenantctl
