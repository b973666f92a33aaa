#pragma once

#include <cstdint>
#include <string_view>

#include <boost/outcome/basic_result.hpp>
#include <boost/outcome/policy/terminate.hpp>
#include <boost/outcome/try.hpp>  // IWYU pragma: export

namespace tenantd {

/// What went wrong with a messaging gateway.
enum class GatewayFault : std::uint8_t {
  unreachable,  ///< No connection, or it broke before an answer began.
  untrusted,    ///< Its certificate does not prove who it is.
  timed_out,    ///< No whole answer in time.
  refused,      ///< It answered with a status that is none of the others.
  key_refused,  ///< It does not take the key for what was asked.
  name_taken,   ///< It has an instance of that name.
  no_instance,  ///< It has no instance of that name.
  malformed,    ///< Its answer is not one.
};

/// Isolation: it holds nothing that the gateway said but the number of its status.
struct GatewayFailure {
  GatewayFault fault;
  int status = 0;  ///< Of the answer; 0 without one.

  GatewayFailure(GatewayFault what, int answered = 0) noexcept  // NOLINT(google-explicit-*)
      : fault{what}, status{answered} {}
};

/// A value, or what went wrong.
template <class T>
using GatewayReply =
    boost::outcome_v2::basic_result<T, GatewayFailure, boost::outcome_v2::policy::terminate>;

/// The fault's name: `unreachable`.
[[nodiscard]] constexpr std::string_view name_of(GatewayFault fault) noexcept {
  switch (fault) {
    case GatewayFault::unreachable:
      return "unreachable";
    case GatewayFault::untrusted:
      return "untrusted";
    case GatewayFault::timed_out:
      return "timed_out";
    case GatewayFault::refused:
      return "refused";
    case GatewayFault::key_refused:
      return "key_refused";
    case GatewayFault::name_taken:
      return "name_taken";
    case GatewayFault::no_instance:
      return "no_instance";
    case GatewayFault::malformed:
      break;
  }
  return "malformed";
}

}  // namespace tenantd
