// A second process at work on a store, for tests: `other_process FILE TENANT` opens the store and
// does what it is told by lines on its standard input, each answered by a line.
//
//   write N     N transactions of one note each
//   count       how many notes the tenant has
//   suspend     suspends the tenant
//   activate    lets it in again

// What it shares with the tests needs doctest; it has a main of its own.
#define DOCTEST_CONFIG_IMPLEMENT
#include <iostream>
#include <sstream>
#include <string>
#include <utility>

#include <doctest/doctest.h>
#include <unistd.h>

#include "tenancy/data/repository.hpp"
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
    int count = 0;
    words >> command >> count;
    if (command == "suspend") {
      BOOST_OUTCOME_TRY(authority_.registry(tenancy_test::tester()).suspend(tenant_));
      return "suspended";
    }
    if (command == "activate") {
      BOOST_OUTCOME_TRY(authority_.registry(tenancy_test::tester()).activate(tenant_));
      return "active";
    }
    BOOST_OUTCOME_TRY(const auto context, authority_.enter(tenant_, tenancy_test::tester()));
    if (command == "count") {
      const ReadRepository<Note> notes{authority_.store(), context};
      BOOST_OUTCOME_TRY(const auto counted, notes.count());
      return std::to_string(counted);
    }
    const Repository<Note> notes{authority_.store(), context};
    for (int i = 0; i < count; ++i) {
      const std::string id = std::to_string(::getpid()) + "-" + std::to_string(++written_);
      Note note{.id = id, .title = id};
      BOOST_OUTCOME_TRY(notes.insert(std::move(note)));
    }
    return "written";
  }

 private:
  tenancy::Authority authority_;
  tenancy::TenantId tenant_;
  int written_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    return 2;
  }
  auto opened = tenancy::open(std::string{"sqlite:"} + arguments[1],
                              {.migrations = tenancy_test::test_schema()});
  const auto tenant = tenancy::TenantId::parse(arguments[2]);
  if (!opened || !tenant) {
    std::cout << "cannot open" << std::endl;
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
