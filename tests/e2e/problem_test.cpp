#include "service/http/problem.hpp"

#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

namespace {

using tenancy::Condition;
using tenantd::Problem;

int expected_status(const tenancy::ErrorInfo& info) {
  switch (info.condition) {
    case Condition::unauthenticated:
      return 401;
    case Condition::forbidden:
    case Condition::quota:
      return 403;
    case Condition::not_found:
      return 404;
    case Condition::conflict:
      return info.code == tenancy::errc::version_conflict ? 412 : 409;
    case Condition::invalid:
      return info.code == tenancy::errc::constraint_violation ||
                     info.code == tenancy::errc::invalid_value ||
                     info.code == tenancy::errc::invalid_slug
                 ? 422
                 : 400;
    case Condition::unavailable:
      return 503;
    default:
      return 500;
  }
}

std::string header(const tenantd::Response& response, std::string_view name) {
  for (const auto& candidate : response.headers) {
    if (candidate.name == name) {
      return candidate.value;
    }
  }
  return {};
}

TEST_CASE("every error of the library has a status and tells nothing that is the operator's") {
  for (std::size_t i = 0; i < tenancy::errc_count; ++i) {
    const auto& info = tenancy::error_info(static_cast<tenancy::errc>(i));
    CAPTURE(info.name);
    const Problem problem{tenancy::Error{info.code, "words for the operator"}};
    const auto response = problem.to_response("req_1");
    CHECK(response.status == expected_status(info));
    CHECK(response.content_type == "application/problem+json");
    CHECK(response.body.find("operator's") == std::string::npos);
    CHECK(response.body.find("words") == std::string::npos);
    CHECK(response.body.find("_test.cpp") == std::string::npos);
    const auto document = nlohmann::json::parse(response.body);
    CHECK(document["status"] == response.status);
    CHECK(document["request_id"] == "req_1");
    CHECK_FALSE(document["title"].get<std::string>().empty());
    const bool names_the_code = document["type"] == "urn:tenancy:error:" + std::string{info.name};
    const bool is_ours = response.status == 500 && info.condition != Condition::unknown_outcome;
    CHECK(names_the_code == !is_ours);
    CHECK((header(response, "WWW-Authenticate") == "Bearer") == (response.status == 401));
    CHECK(header(response, "Retry-After").empty() == (response.status != 503));
    REQUIRE(problem.cause);
    CHECK(problem.cause->message() == "words for the operator");
  }
}

TEST_CASE("a conflict names the members that it is about, and no SQL") {
  const tenancy::Error taken{tenancy::errc::already_exists, "UNIQUE"};
  const auto document =
      nlohmann::json::parse(Problem{taken.about("project_id, name")}.to_response("req_1").body);
  CHECK(document["errors"] == nlohmann::json{{{"field", "project_id"}, {"problem", "is taken"}},
                                             {{"field", "name"}, {"problem", "is taken"}}});
  CHECK(Problem{taken}.errors.empty());
  const tenancy::Error check{tenancy::errc::constraint_violation, "CHECK"};
  CHECK(Problem{check.about("status IN ('a')")}.errors.empty());
  CHECK(Problem{check.about("status")}.errors.front().problem == "is not allowed");
  CHECK(Problem{tenancy::Error{tenancy::errc::not_found, "gone"}.about("id")}.errors.empty());
}

TEST_CASE("a quota that is used up is named by its metric, and nothing else is") {
  const Problem refused{
      tenancy::Error{tenancy::errc::quota_exceeded, "words for the operator"}.about("seats")};
  const auto document = nlohmann::json::parse(refused.to_response("req_1").body);
  CHECK(document["metric"] == "seats");
  CHECK(document["status"] == 403);
  CHECK_FALSE(document.contains("errors"));
  const Problem denied{
      tenancy::Error{tenancy::errc::access_denied, "words for the operator"}.about("seats")};
  CHECK_FALSE(nlohmann::json::parse(denied.to_response("req_1").body).contains("metric"));
}

TEST_CASE("an unknown outcome says that it is one") {
  const Problem problem{tenancy::Error{tenancy::errc::commit_unknown, "fsync failed"}};
  CHECK(problem.status == 500);
  CHECK(problem.detail.find("may or may not") != std::string::npos);
}

TEST_CASE("a document stands even when a name was cut inside a character") {
  const auto response = tenantd::invalid_fields({{"caf\xC3", "is unknown"}}).to_response("req_1");
  CHECK(nlohmann::json::parse(response.body)["errors"][0]["problem"] == "is unknown");
}

}  // namespace
