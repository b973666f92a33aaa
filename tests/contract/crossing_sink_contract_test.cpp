// What every sink of records of crossings keeps to, held against the store's own and the one for
// tests.

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/testing/crossing_sinks.hpp"

#include "registry/crossing_log.hpp"
#include "storage/sqlite/sqlite_store.hpp"
#include "support/test_store.hpp"

using tenancy::CrossingAuditSink;
using tenancy::CrossingPurpose;
using tenancy::CrossingReason;
using tenancy::CrossingRecord;
using tenancy::CrossingUse;
using tenancy::errc;
using tenancy::Order;
using tenancy::Principal;
using tenancy::PrincipalKind;
using tenancy::Timestamp;
using tenancy::detail::sqlite::SqliteStore;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::TestStore;

namespace {

using Records = std::vector<CrossingRecord>;

/// A sink, and how to read back what it keeps.
struct Subject {
  std::shared_ptr<CrossingAuditSink> sink;
  std::function<Records()> records;
  std::shared_ptr<void> kept_alive;
};

Subject memory() {
  auto sink = std::make_shared<tenancy::testing::MemoryCrossingSink>();
  return {sink, [sink] { return sink->records(); }, nullptr};
}

struct StoreUnderTest {
  TestStore test;
  std::shared_ptr<SqliteStore> backend =
      must(SqliteStore::open({test.file(), std::nullopt}, tenancy::KeyRing::ephemeral(), {}, {}));
};

Subject store() {
  auto opened = std::make_shared<StoreUnderTest>();
  return {
      std::make_shared<tenancy::detail::StoreCrossingSink>(opened->backend),
      [opened] {
        // Read by another store, so that it was committed.
        return must(opened->test.authority.crossings({.limit = 500, .order = Order::oldest_first}))
            .items;
      },
      opened};
}

CrossingRecord record_of(CrossingUse use, std::string about, std::string id = "01J0") {
  return {std::move(id),
          use,
          std::move(about),
          must(Principal::create(PrincipalKind::administrator, "Zoë: die Leiterin")),
          must(CrossingReason::create(CrossingPurpose::compliance, "Az. 7/26: Auskunft nach § 15")),
          Timestamp::from_microseconds(1'700'000'000'123'456)};
}

template <class Check>
void each_sink(Check check) {
  for (const auto& make : {&memory, &store}) {
    check(make());
  }
}

}  // namespace

TEST_CASE("a sink keeps every record, whole and in its order") {
  each_sink([](const Subject& subject) {
    Records expected;
    for (const auto use : {CrossingUse::permission, CrossingUse::iteration, CrossingUse::listing,
                           CrossingUse::scan, CrossingUse::count, CrossingUse::maintenance}) {
      expected.push_back(record_of(use, use == CrossingUse::permission ? "" : "notes"));
      must(subject.sink->record(expected.back(), {}));
      CHECK(subject.records() == expected);
    }
    // The same once more is another use.
    expected.push_back(expected.back());
    must(subject.sink->record(expected.back(), {}));
    CHECK(subject.records() == expected);
  });
}

TEST_CASE("a sink keeps the longest record there is") {
  each_sink([](const Subject& subject) {
    const CrossingRecord longest{
        std::string(26, 'Z'),
        CrossingUse::scan,
        std::string(63, 't'),
        must(Principal::create(PrincipalKind::user, std::string(Principal::max_id_length, 'u'))),
        must(CrossingReason::create(CrossingPurpose::support,
                                    std::string(CrossingReason::max_length, 'r'))),
        Timestamp::from_microseconds(-1)};
    must(subject.sink->record(longest, {}));
    CHECK(subject.records() == Records{longest});
  });
}

TEST_CASE("a sink loses no record of several threads") {
  each_sink([](const Subject& subject) {
    constexpr int threads = 4;
    constexpr int each = 25;
    {
      std::vector<std::jthread> writers;
      for (int thread = 0; thread < threads; ++thread) {
        writers.emplace_back([&subject, thread] {
          for (int i = 0; i < each; ++i) {
            static_cast<void>(subject.sink->record(
                record_of(CrossingUse::listing, std::to_string(i), std::to_string(thread)), {}));
          }
        });
      }
    }
    const Records records = subject.records();
    REQUIRE(records.size() == threads * each);
    for (int thread = 0; thread < threads; ++thread) {
      int next = 0;
      for (const CrossingRecord& record : records) {
        if (record.crossing == std::to_string(thread)) {
          CHECK(record.about == std::to_string(next++));
        }
      }
      CHECK(next == each);
    }
  });
}

TEST_CASE("the failing double keeps nothing, after so many as it is told") {
  tenancy::testing::FailingCrossingSink sink{2};
  const auto record = record_of(CrossingUse::count, "notes");
  must(sink.record(record, {}));
  must(sink.record(record, {}));
  CHECK(code_of(sink.record(record, {})) == errc::io_error);
  CHECK(code_of(sink.record(record, {})) == errc::io_error);
  CHECK(sink.refusals() == 2);
}

TEST_CASE("the store's sink fails once its store has closed") {
  auto opened = std::make_shared<StoreUnderTest>();
  tenancy::detail::StoreCrossingSink sink{opened->backend};
  opened->backend.reset();
  CHECK(code_of(sink.record(record_of(CrossingUse::count, "notes"), {})) ==
        errc::crossing_not_recorded);
}
