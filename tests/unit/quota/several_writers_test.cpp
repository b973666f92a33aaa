// Many that consume at once, on threads and in other processes: what is admitted is the limit, to
// the last one.

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/quota/quota.hpp"

#include "support/other_process.hpp"
#include "support/test_store.hpp"

using tenancy::errc;
using tenancy::MetricName;
using tenancy::Quota;
using tenancy::QuotaLimit;
using tenancy::WriteTransaction;
using tenancy_test::must;
using tenancy_test::OtherProcess;
using tenancy_test::TestStore;

namespace {

Quota quota_of_at_most(std::int64_t amount) {
  return Quota{must(MetricName::parse("turns")), must(QuotaLimit::at_most(amount))};
}

std::int64_t used(const TestStore& test, const tenancy::Tenant& tenant, const Quota& quota) {
  return must(test.store.read(
                  test.enter(tenant),
                  [&](tenancy::ReadTransaction& transaction) { return quota.usage(transaction); }))
      .used;
}

}  // namespace

TEST_CASE("threads that consume at once are admitted up to the limit exactly") {
  constexpr std::int64_t limit = 150;
  constexpr int threads = 4;
  constexpr int tries = 60;
  const TestStore test;
  const Quota quota = quota_of_at_most(limit);
  std::atomic<std::int64_t> admitted = 0;
  std::atomic<std::int64_t> refused = 0;
  {
    std::vector<std::jthread> running;
    running.reserve(threads);
    for (int i = 0; i < threads; ++i) {
      running.emplace_back([&, context = test.enter(test.acme), other = test.enter(test.globex)] {
        for (int n = 0; n < tries; ++n) {
          const auto consume = [&](WriteTransaction& transaction) {
            return quota.consume(transaction);
          };
          // Another tenant takes part and takes nothing.
          static_cast<void>(test.store.write(other, consume));
          const auto tried = test.store.write(context, consume);
          if (tried) {
            ++admitted;
          } else if (tried.error() == errc::quota_exceeded) {
            ++refused;
          }
        }
      });
    }
  }
  CHECK(admitted == limit);
  CHECK(refused == threads * tries - limit);
  CHECK(used(test, test.acme, quota) == limit);
  CHECK(used(test, test.globex, quota) == limit);
}

TEST_CASE("processes that consume from one file are admitted up to the limit exactly") {
  constexpr std::int64_t limit = 101;
  constexpr std::int64_t tries = 45;
  const TestStore test;
  const Quota quota = quota_of_at_most(limit);
  std::vector<std::unique_ptr<OtherProcess>> processes;
  processes.reserve(3);
  for (int i = 0; i < 3; ++i) {
    processes.push_back(std::make_unique<OtherProcess>(test, test.acme));
  }
  for (const auto& process : processes) {
    process->begin("consume " + std::to_string(tries) + " " + std::to_string(limit));
  }
  std::int64_t admitted = 0;
  for (const auto& process : processes) {
    admitted += std::stoll(process->answer());
  }
  CHECK(admitted == limit);
  CHECK(used(test, test.acme, quota) == limit);
  CHECK(used(test, test.globex, quota) == 0);
}

TEST_CASE("a process that is killed at work has counted what it has written, and no more") {
  const TestStore test;
  const Quota quota = quota_of_at_most(1'000'000);
  auto process = std::make_unique<OtherProcess>(test, test.acme);
  process->begin("consume_and_write 1000000 1000000");
  while (used(test, test.acme, quota) < 20) {
    std::this_thread::yield();
  }
  process->kill();
  process.reset();
  OtherProcess counter{test, test.acme};
  CHECK(used(test, test.acme, quota) == std::stoll(counter.tell("count")));
}
