#include "ctl/api_client.hpp"

#include <utility>

#include "ctl/display.hpp"
#include "ctl/server_answer.hpp"

namespace tenantctl {

Outcome<std::string> ApiClient::get(const std::string& target) {
  BOOST_OUTCOME_TRY(auto answer, send({.method = "GET", .target = target}));
  return std::move(answer.body);
}

Outcome<std::string> ApiClient::entity_tag(const std::string& target) {
  BOOST_OUTCOME_TRY(auto answer, send({.method = "GET", .target = target}));
  return std::move(answer.entity_tag);
}

Outcome<std::string> ApiClient::change(const std::string& method, const std::string& target,
                                       std::optional<Json> body, const std::string& if_match) {
  std::optional<std::string> json;
  if (body) {
    try {
      json = body->dump();
    } catch (const Json::type_error&) {
      return Failure{tenancy::Error{tenancy::errc::invalid_argument, "a text is no UTF-8"}};
    }
  }
  BOOST_OUTCOME_TRY(
      auto answer,
      send({.method = method, .target = target, .json = std::move(json), .if_match = if_match}));
  return std::move(answer.body);
}

Outcome<HttpAnswer> ApiClient::send(const HttpRequest& request) {
  BOOST_OUTCOME_TRY(auto answer, transport_.send(request));
  constexpr int first_beyond_success = 300;
  if (answer.status >= 200 && answer.status < first_beyond_success) {
    return answer;
  }
  auto refusal = read_refusal(answer.status, answer.content_type, answer.body, answer.request_id,
                              request.may_change());
  if (refusal.code == "redirection" && !answer.location.empty()) {
    refusal.message += " (" + printable(answer.location.substr(0, 200)) + ")";
  }
  return refusal;
}

}  // namespace tenantctl
