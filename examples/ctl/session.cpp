#include "ctl/session.hpp"

#include "ctl/login_name.hpp"
#include "ctl/store_access.hpp"

namespace tenantctl {

Session::Session(const Options& options, Output& output, const Interruption& interruption,
                 std::optional<std::chrono::milliseconds> time)
    : options_{options}, output_{output}, interruption_{interruption}, time_{time} {
  start_clock();
}

void Session::start_clock() {
  using Clock = tenancy::CallOptions::Clock;
  deadline_ = time_ ? Clock::now() + *time_ : Clock::time_point::max();
}

tenancy::CallOptions Session::call() const {
  return {.deadline = deadline_, .stop = interruption_.token()};
}

Outcome<tenancy::Authority*> Session::authority() {
  if (!authority_) {
    BOOST_OUTCOME_TRY(auto opened, open_as_it_is(options_, time_, call()));
    authority_ = std::move(opened);
  }
  return &*authority_;
}

Outcome<tenancy::TenantRegistry> Session::registry() {
  const std::string name = options_.act_as.empty() ? login_name() : options_.act_as;
  const auto principal = tenancy::Principal::create(tenancy::PrincipalKind::administrator, name);
  if (!principal) {
    return Failure{principal.error()}.with_context("--as");
  }
  BOOST_OUTCOME_TRY(const auto* const opened, authority());
  return opened->registry(principal.value()).with(call());
}

Outcome<void> Session::confirm(const Question& question) {
  if (options_.yes) {
    return success();
  }
  BOOST_OUTCOME_TRY(tenantctl::confirm(question, interruption_));
  start_clock();
  return success();
}

}  // namespace tenantctl
