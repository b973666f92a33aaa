#include "service/http/problem.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

namespace tenantd {
namespace {

// The details of what broke inside are the operator's, who finds them by the request id.
constexpr std::string_view internal_detail =
    "The service failed to answer. Its operator finds the cause by the request id.";

int status_of(tenancy::Condition condition, tenancy::errc code) noexcept {
  switch (condition) {
    case tenancy::Condition::unauthenticated:
      return 401;
    case tenancy::Condition::forbidden:
      return 403;
    case tenancy::Condition::not_found:
      return 404;
    case tenancy::Condition::conflict:
      return code == tenancy::errc::version_conflict ? 412 : 409;
    case tenancy::Condition::invalid:
      // These are about what the body says; the others about how the request is put.
      return code == tenancy::errc::constraint_violation || code == tenancy::errc::invalid_value ||
                     code == tenancy::errc::invalid_slug
                 ? 422
                 : 400;
    case tenancy::Condition::quota:
      // Not 429, which is for too many requests in a given time (RFC 6585 §4) and has clients try
      // again: what is used up stays so until something is given back or the limit is raised. The
      // request is understood and refused, for a reason beside the credentials (RFC 9110 §15.5.4).
      return 403;
    case tenancy::Condition::unavailable:
      return 503;
    case tenancy::Condition::isolation:
    case tenancy::Condition::unknown_outcome:
    case tenancy::Condition::storage:
    case tenancy::Condition::crypto:
    case tenancy::Condition::misuse:
      break;
  }
  return 500;
}

/// What is wrong with the columns that an error is about, which members of a body are named like.
std::vector<FieldProblem> problems_with(const tenancy::Error& error) {
  const bool is_taken = error.code() == tenancy::errc::already_exists;
  std::vector<FieldProblem> problems;
  std::string_view rest = error.subject();
  // A check without a name is told as SQL, which is nobody's member.
  const auto other = rest.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_, ");
  while (!rest.empty() && other == std::string_view::npos) {
    const std::string_view column = rest.substr(0, rest.find(", "));
    rest.remove_prefix(std::min(rest.size(), column.size() + 2));
    problems.push_back({std::string{column}, is_taken ? "is taken" : "is not allowed"});
  }
  return problems;
}

}  // namespace

Problem::Problem(tenancy::Error error) : status{status_of(error.condition(), error.code())} {
  const tenancy::ErrorInfo& info = tenancy::error_info(error.code());
  if (status != 500 || info.condition == tenancy::Condition::unknown_outcome) {
    type = "urn:tenancy:error:";
    type += info.name;
    detail = info.description;
  } else {
    detail = internal_detail;
  }
  if (info.condition == tenancy::Condition::unknown_outcome) {
    detail += " The change may or may not have been made: look before trying again.";
  }
  if (status == 401) {
    headers.push_back({"WWW-Authenticate", "Bearer"});
  } else if (status == 503) {
    headers.push_back({"Retry-After", "1"});
  }
  if (status == 409 || status == 422) {
    errors = problems_with(error);
  }
  if (error == tenancy::errc::quota_exceeded) {
    // A word of this service's own; the figures are among the tenant's quotas.
    metric = error.subject();
  }
  cause = std::move(error);
}

Response Problem::to_response(std::string_view request_id) const {
  nlohmann::ordered_json document{
      {"type", type},     {"title", reason_phrase(status)}, {"status", status},
      {"detail", detail}, {"request_id", request_id},
  };
  if (!errors.empty()) {
    auto& list = document["errors"] = nlohmann::ordered_json::array();
    for (const FieldProblem& error : errors) {
      list.push_back({{"field", error.field}, {"problem", error.problem}});
    }
  }
  if (!metric.empty()) {
    document["metric"] = metric;
  }
  if (position) {
    document["position"] = {
        {"byte", position->byte}, {"line", position->line}, {"column", position->column}};
  }
  if (!tenant.empty()) {
    document["tenant_id"] = tenant;
  }
  if (!resume.empty()) {
    document["resume"] = resume;
  }
  // Names of unknown members are cut to a length, which may leave half a character behind.
  return Response{status, "application/problem+json",
                  document.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace),
                  headers};
}

Problem unauthenticated(std::string_view detail) {
  Problem problem{401, detail};
  problem.headers.push_back({"WWW-Authenticate", "Bearer"});
  return problem;
}

Problem invalid_fields(std::vector<FieldProblem> errors) {
  Problem problem{422, "Some members of the body are not valid."};
  problem.errors = std::move(errors);
  return problem;
}

}  // namespace tenantd
