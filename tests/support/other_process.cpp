// A second process at work on a store, for tests: `other_process URL TENANT` opens the store and
// does what it is told by lines on its standard input, each answered by a line.
//
//   write N       N transactions of one note each
//   count         how many notes the tenant has
//   suspend       suspends the tenant
//   activate      lets it in again
//   deactivate    pauses it
//   archive       shuts it for good
//   edit N SEED   N random changes of the tenant, each of the version just seen; answers with how
//                 many were made
//   issue NAME    makes a key and answers with its id
//   expire ID AT  changes when a key expires: microseconds since 1970, or never
//   revoke ID     makes a key useless
//   consume N MOST            consumes N times 1 of the metric "turns", of which the tenant has
//                             MOST; answers with how often it was admitted
//   consume_and_write N MOST  the same, with a note for each in the same transaction

// What it shares with the tests needs doctest; it has a main of its own.
#define DOCTEST_CONFIG_IMPLEMENT
#include <cstdint>
#include <iostream>
#include <optional>
#include <random>
#include <sstream>
#include <string>
#include <utility>

#include <doctest/doctest.h>
#include <unistd.h>

#include "tenancy/data/repository.hpp"
#include "tenancy/quota/quota.hpp"
#include "tenancy/registry/open.hpp"

#include "support/entities.hpp"
#include "support/test_store.hpp"

namespace {

using tenancy::ReadRepository;
using tenancy::Repository;
using tenancy::Result;
using tenancy::success;
using tenancy_test::Note;

class Process {
 public:
  Process(tenancy::Authority authority, tenancy::TenantId tenant)
      : authority_{std::move(authority)}, tenant_{tenant} {}

  Result<std::string> obey(const std::string& line) {
    std::istringstream words{line};
    std::string command;
    words >> command;
    const auto registry = authority_.registry(tenancy_test::tester());
    if (command == "suspend") {
      BOOST_OUTCOME_TRY(registry.suspend(tenant_));
      return "suspended";
    }
    if (command == "activate") {
      BOOST_OUTCOME_TRY(registry.activate(tenant_));
      return "active";
    }
    if (command == "deactivate") {
      BOOST_OUTCOME_TRY(registry.deactivate(tenant_));
      return "inactive";
    }
    if (command == "archive") {
      BOOST_OUTCOME_TRY(registry.archive(tenant_));
      return "archived";
    }
    std::string first;
    std::string second;
    words >> first >> second;
    if (command == "edit") {
      return edit(registry, std::stoi(first), std::stoull(second));
    }
    if (command == "issue") {
      BOOST_OUTCOME_TRY(const auto issued, registry.issue_key(tenant_, {.name = first}));
      return issued.key.id;
    }
    if (command == "expire") {
      std::optional<tenancy::Timestamp> at;
      if (second != "never") {
        at = tenancy::Timestamp::from_microseconds(std::stoll(second));
      }
      BOOST_OUTCOME_TRY(registry.expire_key(tenant_, first, at));
      return "changed";
    }
    if (command == "revoke") {
      BOOST_OUTCOME_TRY(registry.revoke_key(tenant_, first));
      return "revoked";
    }
    BOOST_OUTCOME_TRY(const auto context, authority_.enter(tenant_, tenancy_test::tester()));
    if (command == "count") {
      const ReadRepository<Note> notes{authority_.store(), context};
      BOOST_OUTCOME_TRY(const auto counted, notes.count());
      return std::to_string(counted);
    }
    if (command == "consume" || command == "consume_and_write") {
      return consume(context, std::stoi(first), std::stoll(second), command != "consume");
    }
    if (command != "write") {
      return "no such command";
    }
    const Repository<Note> notes{authority_.store(), context};
    for (int i = std::stoi(first); i > 0; --i) {
      const std::string id = std::to_string(::getpid()) + "-" + std::to_string(++written_);
      Note note{.id = id, .title = id};
      BOOST_OUTCOME_TRY(notes.insert(std::move(note)));
    }
    return "written";
  }

 private:
  Result<std::string> consume(const tenancy::TenantContext& context, int times, std::int64_t most,
                              bool writes) {
    BOOST_OUTCOME_TRY(const auto metric, tenancy::MetricName::parse("turns"));
    BOOST_OUTCOME_TRY(const auto limit, tenancy::QuotaLimit::at_most(most));
    const tenancy::Quota quota{metric, limit};
    int admitted = 0;
    for (int i = 0; i < times; ++i) {
      const auto tried = authority_.store().write(
          context, [&](tenancy::WriteTransaction& transaction) -> Result<void> {
            BOOST_OUTCOME_TRY(quota.consume(transaction));
            if (writes) {
              BOOST_OUTCOME_TRY(
                  Repository<Note>{transaction}.insert({.title = "turn " + std::to_string(i)}));
            }
            return success();
          });
      if (tried) {
        ++admitted;
      } else if (tried.error() != tenancy::errc::quota_exceeded) {
        return tried.error();
      }
    }
    return std::to_string(admitted);
  }

  /// What is refused because somebody else was faster, or by the status, is no failure here.
  Result<std::string> edit(const tenancy::TenantRegistry& registry, int times,
                           std::uint64_t seed) const {
    std::mt19937_64 random{seed};
    int made = 0;
    for (int i = 0; i < times; ++i) {
      BOOST_OUTCOME_TRY(const auto seen, registry.find(tenant_));
      const auto answer = edit_once(registry, seen, static_cast<int>(random() % 4), i);
      if (answer) {
        made += answer.value().version != seen.version ? 1 : 0;
      } else if (answer.error() != tenancy::errc::version_conflict &&
                 answer.error() != tenancy::errc::invalid_transition) {
        return answer.error();
      }
    }
    return std::to_string(made);
  }

  Result<tenancy::Tenant> edit_once(const tenancy::TenantRegistry& registry,
                                    const tenancy::Tenant& seen, int what, int number) const {
    switch (what) {
      case 0:
        return registry.suspend(tenant_, seen.version);
      case 1:
        return registry.activate(tenant_, seen.version);
      case 2:
        return registry.deactivate(tenant_, seen.version);
      default:
        return registry.rename(tenant_, std::to_string(::getpid()) + " " + std::to_string(number),
                               seen.version);
    }
  }

  tenancy::Authority authority_;
  tenancy::TenantId tenant_;
  int written_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    return 2;
  }
  auto opened = tenancy::open(arguments[1], {.migrations = tenancy_test::test_schema()});
  const auto tenant = tenancy::TenantId::parse(arguments[2]);
  if (!opened || !tenant) {
    std::cout << (opened ? "no tenant's id" : opened.error().to_string()) << std::endl;
    return 1;
  }
  Process process{std::move(opened).value(), tenant.value()};
  std::cout << "ready" << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    const auto answer = process.obey(line);
    std::cout << (answer ? answer.value() : answer.error().to_string()) << std::endl;
  }
  return 0;
}
