#include <chrono>
#include <cstddef>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "e2e/service_in_process.hpp"
#include "support/held_writer.hpp"

namespace {

using e2e::header_of;
using e2e::request_with;
using e2e::ServiceInProcess;

bool is_deadline(const tenantd::Response& answer) {
  return answer.status == 503 &&
         answer.body.find("urn:tenancy:error:deadline_exceeded") != std::string::npos;
}

/// Keeps all connections for reading of a store with the default options, until it ends.
class HeldReaders {
 public:
  explicit HeldReaders(const e2e::HostStore& store) {
    const auto context = store.context("initech");
    for (std::ptrdiff_t i = 0; i < count_; ++i) {
      threads_.emplace_back([this, reader = store.store(), context] {
        static_cast<void>(reader.read(context, [this](tenancy::ReadTransaction& /*transaction*/) {
          are_held_.count_down();
          let_go_.wait();
          return tenancy::Result<void>{tenancy::success()};
        }));
      });
    }
    are_held_.wait();
  }
  HeldReaders(const HeldReaders&) = delete;
  HeldReaders& operator=(const HeldReaders&) = delete;
  ~HeldReaders() { let_go_.count_down(); }

 private:
  const std::ptrdiff_t count_ = static_cast<std::ptrdiff_t>(tenancy::StoreOptions{}.readers);
  std::latch are_held_{count_};
  std::latch let_go_{1};
  std::vector<std::jthread> threads_;
};

TEST_CASE("lists, searches and statistics have less time than their request") {
  ServiceInProcess api{{.query_time = std::chrono::milliseconds{0}}};
  const auto acme = api.key_of("acme");
  const auto made =
      api.ask(request_with(acme, "POST", "/api/deployments", R"({"project_name":"a"})"));
  CHECK(made.status == 201);
  for (const std::string& target : std::vector<std::string>{
           "/api/deployments", "/api/deployments?search=a", "/api/workflows", "/api/executions",
           "/api/executions/statistics", "/api/tenants/" + api.id_of("acme") + "/stats"}) {
    CAPTURE(target);
    CHECK(is_deadline(api.ask(request_with(acme, "GET", target))));
  }
  CHECK(api.ask(request_with(acme, "GET", header_of(made, "Location"))).status == 200);
  // Nor does it bound what the host itself looks at.
  CHECK(api.ask(request_with(api.administrator_key(), "GET",
                             "/api/tenants/" + api.id_of("acme") + "/stats"))
            .status == 200);
}

TEST_CASE("a write whose body a worker reads may wait for longer than a query") {
  constexpr std::chrono::milliseconds query_time{300};
  ServiceInProcess api{{.query_time = query_time}};
  const auto acme = api.key_of("acme");
  const std::string body =
      R"({"name":"x","definition":{"text":")" + std::string(20'000, 'x') + R"("}})";
  const auto globex = api.store().context("globex");
  tenancy_test::HeldWriter held{api.store().store(), api.store().context("initech")};
  auto made = api.begin(request_with(acme, "POST", "/api/workflows", body));
  // What waits for what does not come ends when its time is over, and the other's would be, too.
  CHECK_FALSE(api.store().store().write(globex, tenancy::CallOptions::within(2 * query_time),
                                        [](tenancy::WriteTransaction& /*transaction*/) {
                                          return tenancy::Result<void>{tenancy::success()};
                                        }));
  held.let_go();
  CHECK(made.get().status == 201);
}

TEST_CASE("what is quick does not wait for a worker, also when it has not proved quick") {
  std::latch is_held{1};
  std::latch let_go{1};
  ServiceInProcess api{{.workers = 1,
                        .request_time = std::chrono::seconds{1},
                        .readiness = std::make_shared<tenantd::Readiness>([&] {
                          is_held.count_down();
                          let_go.wait();
                          return true;
                        })}};
  const auto acme = api.key_of("acme");
  // The only worker has this until the end.
  auto ready = api.begin(request_with({}, "GET", "/readyz"));
  is_held.wait();
  const auto missing = request_with(acme, "GET", "/api/deployments/01M8HRMKPCJ2YG040KB9E4F981");
  {
    // On this thread, and for as long as a request may take: the next ones go elsewhere.
    const HeldReaders held{api.store()};
    CHECK(is_deadline(api.ask(missing)));
  }
  CHECK(api.ask(missing).status == 404);
  CHECK(api.ask(request_with(acme, "POST", "/api/deployments", R"({"project_name":"a"})")).status ==
        201);
  let_go.count_down();
  CHECK(ready.get().status == 200);
}

}  // namespace
