// Random work of three tenants with the same keys, each call compared with a model in memory: rows,
// versions, queries with their orders, pages, aggregates and children. Walks by cursors go on while
// rows come, go and move.

#include <functional>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "property/dice.hpp"
#include "property/repository/changes.hpp"
#include "property/repository/looks.hpp"
#include "property/repository/walk.hpp"

using namespace tenancy_test;
using namespace tenancy_test::repository;
using tenancy::errc;
using tenancy::Repository;
using tenancy::Result;

namespace {

class Player {
 public:
  Player(const TestStore& test, const tenancy::Tenant& tenant)
      : test_{test}, context_{test.enter(tenant)} {}

  void play(Dice& dice) {
    switch (dice.below(10)) {
      case 0:
      case 1:
      case 2:
        return static_cast<void>(change(dice, alone(), model_, test_.clock->now()));
      case 3:
        return play_transaction(dice);
      default:
        return look(dice, alone(), model_);
    }
  }

  void walk(Dice& dice, const std::function<void()>& meanwhile) {
    repository::walk(dice, alone().items, model_, meanwhile);
  }

  void change_alone(Dice& dice) { change(dice, alone(), model_, test_.clock->now()); }

  void compare_all() const {
    const Repositories rows = alone();
    CHECK(must(rows.items.count()) == static_cast<std::int64_t>(model_.items.size()));
    CHECK(must(rows.people.count()) == static_cast<std::int64_t>(model_.people.size()));
    for (const auto& [key, stored] : model_.items) {
      const auto found = must(rows.items.require_versioned({key.first, key.second}));
      CHECK((found.row == stored.row));
      CHECK(found.version.value() == stored.version);
    }
  }

 private:
  [[nodiscard]] Repositories alone() const {
    return {{test_.store, context_}, {test_.store, context_}};
  }

  /// Several calls that are kept together or, at random, dropped together.
  void play_transaction(Dice& dice) {
    Model draft = model_;
    const bool keep = dice.below(3) != 0;
    const auto outcome =
        test_.store.write(context_, [&](tenancy::WriteTransaction& tx) -> Result<void> {
          const Repositories rows{Repository<Item>{tx}, Repository<Person>{tx}};
          for (int i = dice.below(8); i >= 0; --i) {
            if (dice.one_in(3)) {
              look(dice, rows, draft);
            } else {
              change(dice, rows, draft, test_.clock->now());
            }
          }
          if (!keep) {
            return tenancy::Error{errc::cancelled, "dropped"};
          }
          return tenancy::success();
        });
    REQUIRE(outcome.has_value() == keep);
    if (keep) {
      model_ = std::move(draft);
    }
  }

  const TestStore& test_;
  tenancy::TenantContext context_;
  Model model_;
};

}  // namespace

TEST_CASE("random work with queries, versions and walks agrees with a model of each tenant") {
  const auto chosen = seed_of_run();
  CAPTURE(chosen);
  Dice dice{chosen};
  const TestStore test{{}, work_schema()};
  const auto initech = test.create_tenant("initech");
  std::vector<Player> players;
  for (const auto& tenant : {test.acme, test.globex, initech}) {
    players.emplace_back(test, tenant);
  }
  const auto any = [&]() -> Player& { return players[static_cast<std::size_t>(dice.below(3))]; };
  const int rounds = of_random_work(is_long_run() ? 400'000 : 4'000);
  for (int round = 0; round < rounds; ++round) {
    CAPTURE(round);
    test.clock->advance(tenancy::Timestamp::Duration{1});
    Player& player = any();
    if (dice.one_in(8)) {
      player.walk(dice, [&] {
        for (int i = dice.below(4); i > 0; --i) {
          any().change_alone(dice);
        }
      });
    } else {
      player.play(dice);
    }
  }
  for (const Player& player : players) {
    player.compare_all();
  }
}
