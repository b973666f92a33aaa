#include "service/routes/health.hpp"

#include <nlohmann/json.hpp>

#include "service/build.hpp"

namespace tenantd {
namespace {

using Json = nlohmann::ordered_json;

Response json(const Json& document) {
  return Response{200, "application/json", document.dump(), {}};
}

Reply<Outcome> ready(Readiness* readiness) {
  if (readiness == nullptr || readiness->is_ready()) {
    return Outcome{json({{"status", "ready"}})};
  }
  Problem problem{503, readiness->has_ended() ? "The service is about to stop."
                                              : "The service cannot do its work just now."};
  problem.headers.push_back({"Retry-After", "1"});
  return problem;
}

Response version() {
  const std::string commit = program_commit;
  return json({{"name", program_name},
               {"version", program_version},
               {"commit", commit.empty() ? Json(nullptr) : Json(commit)}});
}

}  // namespace

void add_health_routes(Router& router, const std::shared_ptr<Readiness>& readiness) {
  router.add("GET", "/healthz",
             {Pace::quick,
              [](Call&) -> Reply<Outcome> {
                return Outcome{json({{"status", "ok"}})};
              },
              Door::open});
  router.add("GET", "/readyz",
             {Pace::slow, [readiness](Call&) -> Reply<Outcome> { return ready(readiness.get()); },
              Door::open});
  router.add("GET", "/version",
             {Pace::quick, [](Call&) -> Reply<Outcome> { return Outcome{version()}; }, Door::open});
}

}  // namespace tenantd
