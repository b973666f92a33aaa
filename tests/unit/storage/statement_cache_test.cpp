#include "storage/statement_cache.hpp"

#include <array>
#include <cstddef>
#include <deque>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include <SQLiteCpp/Database.h>
#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "storage/sqlite/statement.hpp"
#include "support/entities.hpp"
#include "support/future_write.hpp"
#include "support/held_writer.hpp"
#include "support/report_log.hpp"
#include "support/test_store.hpp"

using tenancy::ReadRepository;
using tenancy::ReadTransaction;
using tenancy::Repository;
using tenancy::Result;
using tenancy::success;
using tenancy::WriteTransaction;
using tenancy::detail::ShapedSql;
using tenancy::detail::StatementCache;
using tenancy::detail::StatementLease;
using tenancy::detail::StaticSql;
using tenancy::detail::sqlite::SqliteStatement;
using tenancy::detail::sqlite::Watch;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::ReportLog;
using tenancy_test::TestStore;

namespace {

const auto nothing = [] { return std::string{"SELECT NULL"}; };

/// A cache with texts to put into it.
class Fixture {
 public:
  explicit Fixture(std::size_t capacity) : cache{capacity} {}

  const StaticSql& text(int number) {
    while (static_cast<std::size_t>(number) >= texts_.size()) {
      words_.push_back("SELECT " + std::to_string(texts_.size()));
      texts_.push_back(StaticSql{words_.back()});
    }
    return texts_[static_cast<std::size_t>(number)];
  }

  /// As a connection does: a free one, or else a new one.
  SqliteStatement& get(int number) {
    const StaticSql& sql = text(number);
    if (auto* const free = cache.find_free(sql)) {
      return *free;
    }
    return cache.keep(sql, must(SqliteStatement::prepare(database_.getHandle(), sql.text, watch_)));
  }
  SqliteStatement& get(std::string_view shape) {
    const ShapedSql sql{shape, nothing};
    if (auto* const free = cache.find_free(sql)) {
      return *free;
    }
    return cache.keep(sql,
                      must(SqliteStatement::prepare(database_.getHandle(), sql.write(), watch_)));
  }

 private:
  SQLite::Database database_{":memory:"};
  Watch watch_;
  // Neither moves what is in it.
  std::deque<std::string> words_;
  std::deque<StaticSql> texts_;

 public:
  StatementCache<tenancy::detail::sqlite::SqliteStatement> cache;
};

}  // namespace

TEST_CASE("a statement is found again by the address of its text") {
  Fixture fixture{16};
  CHECK(fixture.cache.find_free(fixture.text(0)) == nullptr);
  SqliteStatement& first = fixture.get(0);
  CHECK(fixture.cache.find_free(fixture.text(0)) == &first);
  CHECK(fixture.cache.find_free(fixture.text(1)) == nullptr);
  const StaticSql same_text{fixture.text(0).text};
  CHECK(fixture.cache.find_free(same_text) == nullptr);
  CHECK(fixture.cache.prepared() == 1);
}

TEST_CASE("the cache keeps no more than its capacity") {
  Fixture fixture{16};
  for (int i = 0; i < 1000; ++i) {
    fixture.get(i % 100);
    CHECK(fixture.cache.size() <= 16);
  }
  CHECK(fixture.cache.size() == 16);
}

TEST_CASE("what is used stays, what is not goes") {
  Fixture fixture{16};
  SqliteStatement& hot = fixture.get(0);
  for (int i = 1; i < 200; ++i) {
    fixture.get(i);
    REQUIRE(fixture.cache.find_free(fixture.text(0)) == &hot);
  }
  CHECK(fixture.cache.find_free(fixture.text(1)) == nullptr);
}

TEST_CASE("what is new in use takes the place of what was used once") {
  Fixture fixture{16};
  for (int i = 0; i < 100; ++i) {
    fixture.get(i);
  }
  const auto use_all = [&] {
    for (int i = 100; i < 112; ++i) {
      fixture.get(i);
    }
  };
  use_all();
  const auto prepared = fixture.cache.prepared();
  for (int round = 0; round < 3; ++round) {
    use_all();
  }
  CHECK(fixture.cache.prepared() == prepared);
}

TEST_CASE("what is used by its shape stays, too") {
  Fixture fixture{16};
  SqliteStatement& hot = fixture.get("0");
  for (int i = 1; i < 200; ++i) {
    fixture.get(std::to_string(i));
    REQUIRE(fixture.cache.find_free(ShapedSql{"0", nothing}) == &hot);
  }
  CHECK(fixture.cache.find_free(ShapedSql{"1", nothing}) == nullptr);
}

TEST_CASE("of two statements of a shape the one that stays is found") {
  for (const bool keeps_newer : {true, false}) {
    Fixture fixture{4};
    SqliteStatement& older = fixture.get("a");
    older.take();
    SqliteStatement& newer = fixture.get("a");
    REQUIRE(&newer != &older);
    SqliteStatement& kept = keeps_newer ? newer : older;
    SqliteStatement& dropped = keeps_newer ? older : newer;
    dropped.reset();
    kept.take();
    for (const char* shape : {"b", "c", "d", "e"}) {
      fixture.get(shape);
    }
    CHECK(fixture.cache.find_free(ShapedSql{"a", nothing}) == nullptr);
    kept.reset();
    CHECK(fixture.cache.find_free(ShapedSql{"a", nothing}) == &kept);
  }
}

TEST_CASE("a text that was found, and then dropped, is not found") {
  Fixture fixture{16};
  for (int i = 0; i < 16; ++i) {
    fixture.get(i);
    REQUIRE(fixture.cache.find_free(fixture.text(i)) != nullptr);
  }
  for (int i = 16; i < 48; ++i) {
    fixture.get(i);
  }
  for (int i = 0; i < 16; ++i) {
    CHECK(fixture.cache.find_free(fixture.text(i)) == nullptr);
  }
}

TEST_CASE("a statement in use is neither given out again nor dropped") {
  Fixture fixture{16};
  SqliteStatement& used = fixture.get(0);
  // Found once, it stands where it is looked for first.
  REQUIRE(&fixture.get(0) == &used);
  used.take();
  {
    const StatementLease lease{used};
    REQUIRE(must(lease->step()));
    CHECK(fixture.cache.find_free(fixture.text(0)) == nullptr);

    // The same text in its middle: a second statement.
    SqliteStatement& second = fixture.get(0);
    CHECK(&second != &used);
    second.take();
    const StatementLease nested{second};
    SqliteStatement& third = fixture.get(0);
    CHECK(&third != &used);
    CHECK(&third != &second);

    for (int i = 1; i < 100; ++i) {
      fixture.get(i);
    }
    CHECK(lease->int64(0) == 0);
    CHECK_FALSE(must(lease->step()));
  }
  CHECK(fixture.cache.find_free(fixture.text(0)) != nullptr);
}

TEST_CASE("there may be more than the capacity while all are in use, and no longer") {
  Fixture fixture{16};
  {
    std::deque<StatementLease> leases;
    std::set<SqliteStatement*> different;
    for (int i = 0; i < 40; ++i) {
      SqliteStatement& statement = fixture.get(i % 2);
      statement.take();
      leases.emplace_back(statement);
      different.insert(&statement);
    }
    CHECK(different.size() == 40);
    CHECK(fixture.cache.size() == 40);
  }
  for (int i = 0; i < 3; ++i) {
    fixture.get(100 + i);
  }
  CHECK(fixture.cache.size() <= 16);
}

TEST_CASE("a warm store prepares nothing, alone or in a batch") {
  const auto log = std::make_shared<ReportLog>();
  const TestStore test{{.readers = 1, .observer = log}};
  const auto acme = test.enter(test.acme);
  const Repository<Note> notes{test.store, acme};
  const auto work = [&] {
    const Note note = must(notes.insert({.title = "a"}));
    must(notes.update(note));
    must(notes.find(note.id));
    must(notes.list());
    must(notes.count());
    must(notes.erase(note.id));
    tenancy_test::HeldWriter held{test.store, test.enter(test.globex)};
    auto first = tenancy_test::future_write(test.store, acme, [](WriteTransaction& tx) {
      return Repository<Note>{tx}.insert({.id = "b", .title = "b"});
    });
    auto second = tenancy_test::future_write(
        test.store, acme, [](WriteTransaction& tx) { return Repository<Note>{tx}.erase("b"); });
    must(held.finish());
    must(first.get().get());
    must(second.get().get());
  };
  work();
  const auto cold = log->transactions();
  work();
  const auto all = log->transactions();
  std::uint32_t prepared = 0;
  for (const auto& report : cold) {
    prepared += report.prepared;
  }
  CHECK(prepared > 0);
  REQUIRE(all.size() > cold.size());
  for (std::size_t i = cold.size(); i < all.size(); ++i) {
    CHECK(all[i].prepared == 0);
  }
}

TEST_CASE("a statement may be used within itself") {
  const TestStore test;
  const auto acme = test.enter(test.acme);
  static constexpr StaticSql titles{
      "SELECT tenant_id, title FROM notes WHERE tenant_id = ?1 ORDER BY id"};
  for (const char* title : {"a", "b", "c"}) {
    must(Repository<Note>{test.store, acme}.insert({.id = title, .title = title}));
  }
  must(test.store.read(acme, [](ReadTransaction& tx) -> Result<void> {
    auto& session = tenancy::detail::SessionAccess::of(tx);
    std::string pairs;
    BOOST_OUTCOME_TRY(auto outer, session.prepare(titles));
    while (must(outer->step())) {
      BOOST_OUTCOME_TRY(auto inner, session.prepare(titles));
      while (must(inner->step())) {
        pairs += std::string{outer->text(1).value()} + std::string{inner->text(1).value()} + " ";
      }
    }
    CHECK(pairs == "aa ab ac ba bb bc ca cb cc ");
    return success();
  }));
}
