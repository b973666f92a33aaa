#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/outcome/basic_result.hpp>
#include <boost/outcome/policy/terminate.hpp>
#include <boost/outcome/try.hpp>  // IWYU pragma: export

#include "tenancy/core/error.hpp"

#include "service/http/message.hpp"

namespace tenantd {

/// What is wrong with one member of a request's body.
struct FieldProblem {
  std::string field;
  std::string problem;
};

/// A place in a body, counted in bytes from 1.
struct TextPosition {
  std::size_t byte;
  std::size_t line;
  std::size_t column;
};

/// Why a request is not served, as the client is told.
///
/// Isolation: the texts come from this service and from the library's table of codes, never from
/// an error's message, which is written for the operator.
/// Source: RFC 9457.
struct Problem {
  int status;
  std::string type = "about:blank";
  std::string detail;
  std::vector<FieldProblem> errors;
  std::string metric;                    ///< Of the quota that was used up, if one was.
  std::optional<TextPosition> position;  ///< Where reading the body stopped.
  std::vector<Header> headers;           ///< Those that the status asks for: `Allow` and the like.
  std::string tenant;                    ///< The tenant that was made before it; may be empty.
  std::string resume;  ///< The request that goes on where this one stopped; may be empty.
  std::optional<tenancy::Error> cause;  ///< For the log only.

  Problem(int problem_status, std::string_view problem_detail)
      : status{problem_status}, detail{problem_detail} {}

  /// Implicit, so that `BOOST_OUTCOME_TRY` turns the library's failures into answers.
  Problem(tenancy::Error error);  // NOLINT(google-explicit-constructor)

  [[nodiscard]] Response to_response(std::string_view request_id) const;
};

/// A value, or the problem to answer with.
template <class T>
using Reply = boost::outcome_v2::basic_result<T, Problem, boost::outcome_v2::policy::terminate>;

/// 401 with the challenge that this service understands.
[[nodiscard]] Problem unauthenticated(std::string_view detail);

/// 422 that lists everything wrong with the body at once.
[[nodiscard]] Problem invalid_fields(std::vector<FieldProblem> errors);

}  // namespace tenantd
