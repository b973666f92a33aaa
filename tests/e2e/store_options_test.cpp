#include <chrono>

#include <doctest/doctest.h>

#include "service/start_up.hpp"

namespace {

using namespace std::chrono_literals;
using tenantd::Options;
using tenantd::store_options;

TEST_CASE("a snapshot is kept a second longer than the longest query may take") {
  const auto age = [](std::chrono::milliseconds query, std::chrono::milliseconds request) {
    Options options;
    options.service.query_time = query;
    options.service.request_time = request;
    return store_options(options).max_snapshot_age;
  };
  CHECK(age(3s, 10s) == 4s);
  CHECK(age(1ms, 10s) == 1001ms);
  // No query has longer than its request.
  CHECK(age(20s, 5s) == 6s);
  // As old as a store lets it get.
  CHECK(age(24h, 24h) == 24h);
}

TEST_CASE("each thread has a connection of its own, as far as a store has so many") {
  Options options;
  options.service.workers = 5;
  options.io_threads = 3;
  CHECK(store_options(options).readers == 5 + 3 + tenantd::Service::quick_threads);
  options.service.workers = 64;
  CHECK(store_options(options).readers == 64);
}

}  // namespace
