#include "ctl/failure.hpp"

#include <utility>

namespace tenantctl {
namespace {

using tenancy::errc;

std::string hint_for(errc code) {
  switch (code) {
    case errc::schema_mismatch:
      return "tenantctl migrate status shows which steps the store has; migrate up applies those "
             "that it lacks.";
    case errc::unsafe_schema:
      return "tenantctl verify shows all that is wrong with it.";
    case errc::busy:
    case errc::overloaded:
    case errc::deadline_exceeded:
      return "A longer --timeout waits longer.";
    case errc::version_conflict:
      return "Look at what changed, and give its present version with --if-version.";
    case errc::invalid_credential:
      return "A server wants an administrator's key, tna_…, in TENANTCTL_KEY or by --key-file.";
    case errc::commit_unknown:
      return "Look whether it was done before trying again.";
    case errc::invalid_url:
      return "A store is named as sqlite:FILE or postgresql://USER@HOST/DATABASE.";
    case errc::invalid_cursor:
      return "A cursor goes on in the list that gave it out, with the same filters and order.";
    case errc::key_ring_unavailable:
      return "The keys are expected beside the store, in FILE.keys; --keys names another file.";
    default:
      return {};
  }
}

}  // namespace

Failure::Failure(ExitStatus failure_status, std::string failure_code, std::string failure_condition,
                 std::string failure_message, std::string failure_hint)
    : status{failure_status},
      code{std::move(failure_code)},
      condition{std::move(failure_condition)},
      message{std::move(failure_message)},
      hint{std::move(failure_hint)} {}

Failure::Failure(const tenancy::Error& error)
    : Failure{exit_status_of(error.condition()), std::string{tenancy::to_string(error.code())},
              std::string{tenancy::to_string(error.condition())}, error.message(),
              hint_for(error.code())} {}

Failure Failure::with_context(std::string_view what_was_tried) const {
  Failure failure = *this;
  failure.message.insert(0, std::string{what_was_tried} + ": ");
  return failure;
}

Failure Failure::with_hint(std::string another) const {
  Failure failure = *this;
  failure.hint = std::move(another);
  return failure;
}

Failure Failure::misused(std::string message, std::string hint) {
  return {ExitStatus::misused, "usage", "invalid", std::move(message), std::move(hint)};
}

Failure Failure::needs_store(const std::string& what) {
  return misused(what + " works on a store, not over HTTP.", "Give --store sqlite:FILE.");
}

Failure Failure::needs_server(const std::string& what) {
  return misused(what + " works over HTTP, not on a store.",
                 "Give --server URL: the service drives the messaging gateway.");
}

Failure Failure::unconfirmed(std::string message, std::string hint) {
  return {ExitStatus::unconfirmed, "not_confirmed", "unconfirmed", std::move(message),
          std::move(hint)};
}

Failure Failure::findings(std::string message) {
  return {ExitStatus::findings, "findings", "findings", std::move(message), {}};
}

Failure Failure::other(std::string code, std::string message, std::string hint) {
  return {ExitStatus::failed, std::move(code), "failed", std::move(message), std::move(hint)};
}

Failure Failure::conflict(std::string message) {
  return {ExitStatus::refused, "conflict", "conflict", std::move(message), {}};
}

Failure Failure::unreachable(std::string message) {
  return {ExitStatus::unavailable, "unreachable", "unavailable", std::move(message), {}};
}

}  // namespace tenantctl
