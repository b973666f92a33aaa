// Whether the shrinker of the isolation model finds what it is there to find: faults that are put
// in on purpose, and the shortest way to each.

#include <string>
#include <vector>

#include <SQLiteCpp/Database.h>
#include <doctest/doctest.h>

#include "property/dice.hpp"
#include "property/isolation/generator.hpp"
#include "property/isolation/replay.hpp"
#include "property/isolation/shrink.hpp"

using namespace tenancy_test;
using namespace tenancy_test::isolation;

namespace {

/// Random sequences until one shows the fault, made short.
Shrunk find_and_shrink(const Sabotage& sabotage) {
  for (std::uint64_t seed = 1; seed < 100; ++seed) {
    Dice dice{seed};
    const Sequence sequence = random_sequence(dice, 300);
    if (const auto difference = replay(sequence, sabotage)) {
      return shrink(sequence, *difference, sabotage).value();
    }
  }
  FAIL("no sequence showed the fault");
  return {};
}

}  // namespace

TEST_CASE("a sequence is shortened to the steps that matter, in their plainest form") {
  // Fails when a 30 or more stands somewhere before a 7 or more.
  const auto fails = [](const std::vector<int>& steps) {
    bool has_first = false;
    for (const int step : steps) {
      if (has_first && step >= 7) {
        return true;
      }
      has_first = has_first || step >= 30;
    }
    return false;
  };
  const auto smaller = [](int step) {
    return step == 0 ? std::vector<int>{} : std::vector<int>{step / 2, step - 1};
  };
  std::vector<int> steps;
  for (int i = 0; i < 500; ++i) {
    steps.push_back(i * 37 % 101);
  }
  REQUIRE(fails(steps));
  CHECK(Shrinker<int>{fails, smaller}.shrink(steps) == std::vector<int>{30, 7});
}

TEST_CASE("a leak from tenant to tenant is found and told in the fewest steps") {
  // As if one tenant's erase_where had forgotten the tenant in its predicate.
  const Sabotage leak{.store = [](const Operation& operation, Library& library) {
    if (operation.kind == Kind::erase_where && operation.tenant == 0 &&
        !operation.condition.terms.empty()) {
      library.run_raw("DELETE FROM things WHERE tenant_id = " +
                      std::to_string(library.id_of(1).value()));
    }
  }};
  const Shrunk shrunk = find_and_shrink(leak);
  CAPTURE(describe(shrunk.sequence));
  REQUIRE(shrunk.sequence.size() == 2);
  CHECK(shrunk.sequence[0].tenant == 1);
  CHECK(shrunk.sequence[1].kind == Kind::erase_where);
  CHECK(shrunk.sequence[1].condition.terms.size() == 1);
  const std::string told = describe(shrunk.sequence);
  CHECK(told.find("globex: ") == 0);
  CHECK(told.find("acme: erase_where where (") != std::string::npos);
  CHECK(shrunk.difference.observed.find("globex") != std::string::npos);
}

TEST_CASE("a wrong answer is found and told in the fewest steps") {
  // As if a count of three and more were one too many.
  const Sabotage miscount{.model = [](const Operation& operation, Answer& answer) {
    if (operation.kind == Kind::count && !answer.error && answer.numbers[0] >= 3) {
      ++answer.numbers[0];
    }
  }};
  const Shrunk shrunk = find_and_shrink(miscount);
  CAPTURE(describe(shrunk.sequence));
  REQUIRE_FALSE(shrunk.sequence.empty());
  CHECK(shrunk.sequence.back().kind == Kind::count);
  CHECK(shrunk.sequence.back().condition.terms.empty());
  // A row with each call, two of them in a transaction perhaps.
  CHECK(count_of(shrunk.sequence) <= 5);
  CHECK(shrunk.difference.observed == "done 3 1");
  CHECK(shrunk.difference.model == "done 4 1");
}
