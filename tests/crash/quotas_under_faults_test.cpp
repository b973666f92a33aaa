// Counts with limits, in transactions.

#include <cstdint>
#include <string>

#include <doctest/doctest.h>

#include "tenancy/quota/quota.hpp"

#include "crash/fault_world.hpp"
#include "support/must.hpp"

using tenancy::errc;
using tenancy::MetricName;
using tenancy::Quota;
using tenancy::QuotaLimit;
using tenancy::QuotaUsage;
using tenancy::ReadTransaction;
using tenancy::Result;
using tenancy::WriteTransaction;
using tenancy_test::counted_items;
using tenancy_test::must;
using tenancy_test::told;
using tenancy_test::Told;
using tenancy_test::try_faults;
using tenancy_test::World;

namespace {

Quota counted_for_the_first_time() {
  return Quota{must(MetricName::parse("projects")), QuotaLimit::unlimited()};
}

std::string told_usage(const QuotaUsage& usage) {
  return told(usage.used) + " of " + told(usage.limit.amount()) +
         (usage.has_own_limit ? " of its own" : "") + (usage.last_reset_at ? " since" : "");
}

/// What a call in a transaction of its own gives.
template <class Call>
Told written(const World& world, const Call& call) {
  BOOST_OUTCOME_TRY(const auto usage, world.store().write(world.acme(), call));
  return told_usage(usage);
}

}  // namespace

TEST_CASE("under faults: consume") {
  try_faults([](const World& w) {
    return written(w, [](WriteTransaction& tx) { return counted_items().consume(tx, 43); });
  });
}

TEST_CASE("under faults: consume for the first time") {
  try_faults([](const World& w) {
    return written(w,
                   [](WriteTransaction& tx) { return counted_for_the_first_time().consume(tx); });
  });
}

TEST_CASE("under faults: consume too much") {
  try_faults([](const World& w) -> Told {
    auto refused = written(w, [](WriteTransaction& tx) { return counted_items().consume(tx, 44); });
    if (!refused && refused.error() == errc::quota_exceeded) {
      return std::string{"refused"};
    }
    return refused;
  });
}

TEST_CASE("under faults: release") {
  try_faults([](const World& w) {
    return written(w, [](WriteTransaction& tx) { return counted_items().release(tx, 3); });
  });
}

TEST_CASE("under faults: begin") {
  try_faults([](const World& w) {
    return written(w,
                   [](WriteTransaction& tx) { return counted_for_the_first_time().begin(tx, 9); });
  });
}

TEST_CASE("under faults: set a limit") {
  try_faults([](const World& w) {
    return written(w, [](WriteTransaction& tx) {
      return counted_items().set_limit(tx, must(QuotaLimit::at_most(60)));
    });
  });
  try_faults([](const World& w) {
    return written(w, [](WriteTransaction& tx) {
      return counted_for_the_first_time().set_limit(tx, must(QuotaLimit::at_most(60)));
    });
  });
}

TEST_CASE("under faults: reset") {
  try_faults([](const World& w) {
    return written(w, [](WriteTransaction& tx) { return counted_items().reset(tx, "asked for"); });
  });
}

TEST_CASE("under faults: usage") {
  try_faults([](const World& w) -> Told {
    BOOST_OUTCOME_TRY(const auto usage, w.store().read(w.acme(), [](ReadTransaction& tx) {
      return counted_items().usage(tx);
    }));
    return told_usage(usage);
  });
}

TEST_CASE("under faults: resets") {
  try_faults([](const World& w) -> Told {
    BOOST_OUTCOME_TRY(const auto resets, w.store().read(w.acme(), [](ReadTransaction& tx) {
      return counted_items().resets(tx);
    }));
    std::string text;
    for (const auto& reset : resets) {
      text += told(reset.number) + ":" + told(reset.used_before) + "," + reset.reason + ";";
    }
    return text;
  });
}

TEST_CASE("under faults: all quotas") {
  try_faults([](const World& w) -> Told {
    BOOST_OUTCOME_TRY(const auto quotas, w.store().read(w.acme(), [](ReadTransaction& tx) {
      return tenancy::stored_quotas(tx);
    }));
    std::string text;
    for (const auto& each : quotas) {
      text += each.metric.to_string() + "=" + told(each.used.value_or(-1)) + ";";
    }
    return text;
  });
}
