// What the words of a query tell of its intermediate tables, against what it is compiled to, under
// whatever the engine believes of the tables.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <iostream>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <sqlite3.h>

#include "crash/seed.hpp"
#include "hostile/corpus.hpp"
#include "property/random_query.hpp"
#include "storage/sql_tokens.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/plain_query.hpp"
#include "storage/sqlite/query_program.hpp"
#include "support/canary_tables.hpp"
#include "support/test_store.hpp"

namespace {

using namespace tenancy_test;
using tenancy::detail::CallLimits;
using tenancy::detail::ScopedSchema;
using tenancy::detail::sql_tokens;
using tenancy::detail::StatementLease;
using tenancy::detail::sqlite::Connection;
using tenancy::detail::sqlite::free_cache_bytes;
using tenancy::detail::sqlite::plain_cache_bytes;
using tenancy::detail::sqlite::SqliteStatement;
using tenancy::detail::sqlite::table_cache_bytes;

using Random = std::mt19937_64;

bool one_in(Random& random, int count) { return below(random, count) == 0; }

template <class All>
std::string one_of(Random& random, const All& all) {
  return std::string{all[static_cast<std::size_t>(below(random, static_cast<int>(all.size())))]};
}

/// A plain query, as wide as the words allow: whatever may make the engine keep rows or sort them.
class PlainQuery {
 public:
  explicit PlainQuery(Random& random) noexcept : random_{random} {}

  std::string make() {
    aliases_.clear();
    const auto from = sources(2);
    std::string text = one_in(random_, 3) ? "SELECT DISTINCT " : "SELECT ";
    const bool is_grouped = one_in(random_, 3);
    for (int i = below(random_, 4); i >= 0; --i) {
      text += (one_in(random_, 3) ? "max(" + value() + ")" : value()) + " AS r" +
              std::to_string(i) + (i == 0 ? "" : ", ");
    }
    text += " FROM " + from;
    if (!one_in(random_, 3)) {
      text += " WHERE " + conditions();
    }
    if (is_grouped) {
      text += " GROUP BY " + value() + (one_in(random_, 3) ? " HAVING count(*) > 1" : "");
    }
    if (one_in(random_, 2)) {
      text += " ORDER BY " + value() + (one_in(random_, 2) ? " DESC NULLS LAST" : "");
      text += one_in(random_, 2) ? ", 1" : "";
    }
    return text + (one_in(random_, 2) ? " LIMIT 3 OFFSET 1" : "");
  }

 private:
  std::string sources(int depth) {
    std::string text = source(depth);
    for (int i = below(random_, 4); i > 0; --i) {
      constexpr std::array<std::string_view, 6> joins{
          ", ", " JOIN ", " LEFT JOIN ", " CROSS JOIN ", " LEFT OUTER JOIN ", " INNER JOIN "};
      const auto join = one_of(random_, joins);
      const auto left = aliases_.size();
      text += join + source(depth);
      if (join != ", " && !one_in(random_, 6)) {
        // What an index on the right side is made for.
        const auto before = static_cast<std::size_t>(below(random_, static_cast<int>(left)));
        text += " ON " + aliases_[before] + " = " + aliases_[left];
        text += one_in(random_, 2) ? " AND " + conditions() : "";
      }
    }
    return text;
  }

  std::string source(int depth) {
    if (depth > 0 && one_in(random_, 4)) {
      return "(" + sources(depth - 1) + ")";
    }
    if (one_in(random_, 9)) {
      aliases_.push_back("j" + std::to_string(aliases_.size()) + ".value");
      return "json_each('[1,2]') AS j" + std::to_string(aliases_.size() - 1);
    }
    const std::array<std::array<std::string_view, 3>, 4> tables{{{"notes", "stars", "title"},
                                                                 {"tasks", "turn", "note"},
                                                                 {"tags", "worth", "tag"},
                                                                 {"plans", "most", "name"}}};
    const auto& table = tables[static_cast<std::size_t>(below(random_, 4))];
    const auto alias = "s" + std::to_string(aliases_.size());
    aliases_.push_back(alias + "." +
                       std::string{table[1 + static_cast<std::size_t>(below(random_, 2))]});
    return std::string{table[0]} + " AS " + alias;
  }

  std::string value() {
    const auto column = one_of(random_, aliases_);
    switch (below(random_, 6)) {
      case 0:
        return "CASE WHEN " + column + " IS NULL THEN 1 ELSE " + one_of(random_, aliases_) + " END";
      case 1:
        return "CAST(" + column + " AS TEXT) COLLATE NOCASE";
      default:
        return column;
    }
  }

  std::string conditions() {
    std::string text = condition();
    for (int i = below(random_, 3); i > 0; --i) {
      text += " AND " + condition();
    }
    return text;
  }

  std::string condition() {
    switch (below(random_, 6)) {
      case 0:
        return value() + " BETWEEN 1 AND " + value();
      case 1:
        return value() + " LIKE 'a%'";
      case 2:
        return "NOT " + value() + " ISNULL";
      case 3:
        return "(" + value() + ", 1) = (" + value() + ", ?1)";
      default:
        return value() + " = " + value();
    }
  }

  Random& random_;
  std::vector<std::string> aliases_;
};

class World {
 public:
  World() {
    store_.run_raw(shared_rows());
    store_.run_raw(canary_rows(store_.acme.id.value(), "acme", false));
    store_.run_raw("ANALYZE");
  }

  /// Has the engine believe something else of how many rows there are.
  void believe(Random& random) {
    store_.run_raw("DELETE FROM sqlite_stat1");
    for (const std::string table : {"notes", "tasks", "tags", "plans"}) {
      constexpr std::array<std::string_view, 4> beliefs{"2", "100", "50000", "1000000000"};
      store_.run_raw("INSERT INTO sqlite_stat1 VALUES ('" + table + "', NULL, '" +
                     one_of(random, beliefs) + "')");
    }
    connect();
  }

  void connect() {
    by_words_ = open(sqlite3_libversion_number());
    by_program_ = open(0);
  }

  /// What a query is taken to hold; nothing for one that is not compiled.
  [[nodiscard]] std::optional<std::size_t> by_words(const std::string& text) {
    return bytes_of(*by_words_, text);
  }
  [[nodiscard]] std::optional<std::size_t> by_program(const std::string& text) {
    return bytes_of(*by_program_, text);
  }

 private:
  [[nodiscard]] std::unique_ptr<Connection> open(int engine) const {
    const tenancy::CallOptions options;
    const CallLimits limits{options, std::chrono::seconds{5}};
    auto schema = std::make_shared<const ScopedSchema>(
        ScopedSchema{1,
                     {{"notes", false, {"id", "title", "stars", "worth", "body", "data"}},
                      {"tasks", false, {"number", "note", "done", "weight", "turn"}},
                      {"tags", false, {"note", "tag", "worth"}},
                      {"plans", true, {"name", "most", "rules"}}},
                     {"vault"}});
    return must(
        Connection::open_confined(store_.file(), {}, {std::move(schema), {}, engine}, limits));
  }

  static std::optional<std::size_t> bytes_of(Connection& connection, const std::string& text) {
    const auto prepared = connection.prepare_query(text);
    if (!prepared) {
      return std::nullopt;
    }
    const StatementLease lease{*prepared.value()};
    return prepared.value()->facts()->cache_bytes;
  }

  TestStore store_{{}, canary_schema(), {.shared_tables = {"plans"}}};
  std::unique_ptr<Connection> by_words_;
  std::unique_ptr<Connection> by_program_;
};

/// How often the words alone told, and how near they once came.
struct Told {
  int plain = 0;
  int queries = 0;
  std::size_t most = 0;

  void look(World& world, const std::string& text) {
    CAPTURE(text);
    const auto words = world.by_words(text);
    const auto program = world.by_program(text);
    CHECK(words.has_value() == program.has_value());
    if (!words || !program) {
      return;
    }
    ++queries;
    const auto told = plain_cache_bytes(sql_tokens(text));
    if (told && *told <= free_cache_bytes) {
      ++plain;
      most = std::max(most, *program / table_cache_bytes);
      CHECK(*words == *told);
      CHECK(*words >= *program);
    } else {
      CHECK(*words == *program);
    }
    // However many there are.
    CHECK((!told || *told >= *program));
  }
};

}  // namespace

TEST_CASE("the words of a query tell of no fewer tables than it is compiled to") {
  Random random{announced_seed()};
  World world;
  Told plain;
  Told any;
  const int rounds = is_long_run() ? 200 : 10;
  for (int round = 0; round < rounds; ++round) {
    world.believe(random);
    PlainQuery plain_queries{random};
    RandomQuery queries{random, tenancy::Dialect::sqlite};
    for (int i = 0; i < 200; ++i) {
      plain.look(world, plain_queries.make());
      any.look(world, queries.make());
    }
  }
  std::cout << plain.plain << " of " << plain.queries << " plain queries, at most " << plain.most
            << " tables; " << any.plain << " of " << any.queries << " of any kind\n";
  CHECK(plain.queries > rounds * 100);
  CHECK(plain.plain * 3 > plain.queries);
  CHECK(plain.most >= 4);
  CHECK(any.queries > rounds * 100);
}

TEST_CASE("the words of hostile queries tell of no fewer tables than they are compiled to") {
  World world;
  world.connect();
  Told told;
  for (const HostileStatement& statement : read_corpus(TENANCY_HOSTILE_CORPUS)) {
    told.look(world, statement.text);
  }
  CHECK(told.plain > 50);
  CHECK(told.queries > told.plain);
}
