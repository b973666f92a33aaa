// Random operations of three tenants with the same keys and the same unique values, each compared
// with a model of that tenant alone. What another tenant does must never show.

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "support/entities.hpp"
#include "support/test_store.hpp"

using tenancy::errc;
using tenancy::Order;
using tenancy::ReadRepository;
using tenancy::Repository;
using tenancy::Result;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::TestStore;

namespace {

using Rows = std::map<std::string, Note>;

/// Takes numbers from one seed, so that a failure can be run again.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_{seed} {}
  int below(int bound) { return std::uniform_int_distribution{0, bound - 1}(engine_); }

 private:
  std::mt19937_64 engine_;
};

/// One tenant: what the library says against what a map says.
class Player {
 public:
  Player(const TestStore& test, const tenancy::Tenant& tenant)
      : test_{test}, context_{test.enter(tenant)} {}

  void play(Dice& dice) {
    switch (dice.below(8)) {
      case 0:
      case 1:
        return play_alone(dice);
      case 2:
        return compare_list(dice);
      case 3:
        return compare_cursors(dice);
      default:
        return play_transaction(dice);
    }
  }

  void compare_all() const {
    CHECK(must(reader().count()) == static_cast<std::int64_t>(rows_.size()));
    for (const auto& [id, note] : rows_) {
      CHECK(must(reader().require(id)) == note);
    }
  }

 private:
  [[nodiscard]] ReadRepository<Note> reader() const { return {test_.store, context_}; }

  Note random_note(Dice& dice) {
    Note note;
    note.id = "id" + std::to_string(dice.below(12));
    note.title = "title" + std::to_string(dice.below(12));
    note.stars = dice.below(5) - 1;
    if (dice.below(2) == 0) {
      note.link = "link" + std::to_string(dice.below(3));
    }
    return note;
  }

  static bool takes_title_of_another(const Rows& rows, const Note& note) {
    for (const auto& [id, row] : rows) {
      if (id != note.id && row.title == note.title) {
        return true;
      }
    }
    return false;
  }

  /// One operation in both; true when it succeeded in both.
  bool mutate(Dice& dice, const Repository<Note>& notes, Rows& rows) {
    const Note note = random_note(dice);
    const bool exists = rows.contains(note.id);
    switch (dice.below(3)) {
      case 0: {
        const auto stored = notes.insert(note);
        if (note.stars < 0) {
          CHECK_FALSE(stored.has_value());
        } else if (exists || takes_title_of_another(rows, note)) {
          CHECK(code_of(stored) == errc::already_exists);
        } else {
          rows[note.id] = must(stored);
        }
        return stored.has_value();
      }
      case 1: {
        const auto stored = notes.update(note);
        if (!exists) {
          CHECK(code_of(stored) == errc::not_found);
        } else if (note.stars < 0) {
          CHECK(code_of(stored) == errc::constraint_violation);
        } else if (takes_title_of_another(rows, note)) {
          CHECK(code_of(stored) == errc::already_exists);
        } else {
          const auto created_at = rows[note.id].created_at;
          rows[note.id] = must(stored);
          rows[note.id].created_at = created_at;
        }
        return stored.has_value();
      }
      default: {
        const auto erased = notes.erase(note.id);
        CHECK(erased.has_value() == exists);
        rows.erase(note.id);
        return erased.has_value();
      }
    }
  }

  void play_alone(Dice& dice) {
    mutate(dice, Repository<Note>{test_.store, context_}, rows_);
    const auto id = "id" + std::to_string(dice.below(12));
    const auto found = must(reader().find(id));
    REQUIRE(found.has_value() == rows_.contains(id));
    if (found) {
      CHECK(*found == rows_[id]);
    }
  }

  /// Several operations that are kept together or, at random, dropped together.
  void play_transaction(Dice& dice) {
    Rows draft = rows_;
    const bool keep = dice.below(3) != 0;
    const auto outcome =
        test_.store.write(context_, [&](tenancy::WriteTransaction& tx) -> Result<void> {
          const Repository<Note> notes{tx};
          for (int i = dice.below(10); i >= 0; --i) {
            mutate(dice, notes, draft);
          }
          CHECK(must(notes.count()) == static_cast<std::int64_t>(draft.size()));
          if (!keep) {
            return tenancy::Error{errc::cancelled, "dropped"};
          }
          return tenancy::success();
        });
    REQUIRE(outcome.has_value() == keep);
    if (keep) {
      rows_ = std::move(draft);
    }
  }

  [[nodiscard]] std::vector<Note> in_order(Order order) const {
    std::vector<Note> all;
    for (const auto& [id, note] : rows_) {
      all.push_back(note);
    }
    if (order == Order::newest_first) {
      std::ranges::reverse(all);
    }
    return all;
  }

  void compare_list(Dice& dice) {
    const auto order = dice.below(2) == 0 ? Order::newest_first : Order::oldest_first;
    const auto limit = 1 + dice.below(5);
    const auto number = 1 + dice.below(4);
    const auto page = must(reader().list({.limit = limit, .number = number, .order = order}));
    const auto all = in_order(order);
    const auto begin =
        std::min<std::size_t>(all.size(), static_cast<std::size_t>(limit * (number - 1)));
    const auto end = std::min<std::size_t>(all.size(), begin + static_cast<std::size_t>(limit));
    CHECK(page.items == std::vector<Note>(all.begin() + static_cast<std::ptrdiff_t>(begin),
                                          all.begin() + static_cast<std::ptrdiff_t>(end)));
    CHECK(page.numbers->total == static_cast<std::int64_t>(all.size()));
    CHECK(page.has_next == (end < all.size()));
  }

  void compare_cursors(Dice& dice) {
    const auto order = dice.below(2) == 0 ? Order::newest_first : Order::oldest_first;
    tenancy::PageRequest request{.limit = 1 + dice.below(4), .order = order};
    std::vector<Note> walked;
    while (true) {
      auto page = must(reader().list(request));
      std::ranges::move(page.items, std::back_inserter(walked));
      if (!page.has_next) {
        break;
      }
      request.cursor = page.next_cursor;
    }
    CHECK(walked == in_order(order));
  }

  const TestStore& test_;
  tenancy::TenantContext context_;
  Rows rows_;
};

std::uint64_t seed() {
  const char* const given = std::getenv("TENANCY_TEST_SEED");
  return given != nullptr ? std::stoull(given) : std::random_device{}();
}

}  // namespace

TEST_CASE("random work of three tenants agrees with a model of each alone") {
  const auto chosen = seed();
  std::cout << "TENANCY_TEST_SEED=" << chosen << '\n';
  CAPTURE(chosen);
  Dice dice{chosen};
  const TestStore test;
  const auto initech = test.create_tenant("initech");
  std::vector<Player> players;
  for (const auto& tenant : {test.acme, test.globex, initech}) {
    players.emplace_back(test, tenant);
  }
  const int rounds = std::getenv("TENANCY_TEST_LONG") != nullptr ? 2'000'000 : 20'000;
  for (int round = 0; round < rounds; ++round) {
    test.clock->advance(tenancy::Timestamp::Duration{1});
    players[static_cast<std::size_t>(dice.below(3))].play(dice);
  }
  for (const auto& player : players) {
    player.compare_all();
  }
}
