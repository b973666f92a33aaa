#include "tenancy/storage/store.hpp"

#include <atomic>
#include <chrono>
#include <fstream>
#include <stdexcept>
#include <thread>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "tenancy/data/repository.hpp"

#include "support/entities.hpp"
#include "support/future_write.hpp"
#include "support/report_log.hpp"
#include "support/test_store.hpp"

using tenancy::Condition;
using tenancy::errc;
using tenancy::ReadRepository;
using tenancy::ReadTransaction;
using tenancy::Repository;
using tenancy::Result;
using tenancy::WriteTransaction;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::TestStore;

namespace {

class RecordingObserver final : public tenancy::StoreObserver {
 public:
  void on_isolation_alarm(const tenancy::IsolationAlarm& /*alarm*/) noexcept override { ++alarms; }
  void on_transaction(const tenancy::TransactionReport& report) noexcept override {
    ++transactions;
    last_committed = report.committed;
    last_kind = report.kind;
  }

  std::atomic<int> alarms = 0;
  std::atomic<int> transactions = 0;
  std::atomic<bool> last_committed = false;
  std::atomic<tenancy::TransactionKind> last_kind = tenancy::TransactionKind::read;
};

Result<void> insert_note(WriteTransaction& transaction, const std::string& id) {
  BOOST_OUTCOME_TRY(Repository<Note>{transaction}.insert({.id = id, .title = id}));
  return tenancy::success();
}

}  // namespace

TEST_CASE("a unit that succeeds is committed and one that fails is not") {
  const TestStore test;
  const auto acme = test.enter(test.acme);
  must(test.store.write(acme, [](WriteTransaction& tx) { return insert_note(tx, "kept"); }));

  const auto failed = test.store.write(acme, [](WriteTransaction& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(insert_note(tx, "lost"));
    return tenancy::Error{errc::invalid_argument, "the unit's own error"};
  });

  CHECK(code_of(failed) == errc::invalid_argument);
  CHECK(failed.error().message() == "the unit's own error");
  const ReadRepository<Note> notes{test.store, acme};
  CHECK(must(notes.find("kept")).has_value());
  CHECK_FALSE(must(notes.find("lost")).has_value());
}

TEST_CASE("an exception rolls back, reaches the caller, and leaves the store usable") {
  const TestStore test;
  const auto acme = test.enter(test.acme);
  CHECK_THROWS_AS(static_cast<void>(test.store.write(acme,
                                                     [](WriteTransaction& tx) -> Result<void> {
                                                       must(insert_note(tx, "lost"));
                                                       throw std::runtime_error{"host code"};
                                                     })),
                  std::runtime_error);
  must(test.store.write(acme, [](WriteTransaction& tx) { return insert_note(tx, "next"); }));
  CHECK(must(ReadRepository<Note>{test.store, acme}.count()) == 1);
}

TEST_CASE("a read sees one snapshot however others write meanwhile") {
  const TestStore test;
  const auto acme = test.enter(test.acme);
  must(test.store.read(acme, [&](ReadTransaction& tx) -> Result<void> {
    const ReadRepository<Note> notes{tx};
    CHECK(must(notes.count()) == 0);
    std::thread{[&] {
      must(test.store.write(acme, [](WriteTransaction& w) { return insert_note(w, "late"); }));
    }}.join();
    CHECK(must(notes.count()) == 0);
    return tenancy::success();
  }));
  CHECK(must(ReadRepository<Note>{test.store, acme}.count()) == 1);
}

TEST_CASE("a write sees its own changes and may read inside") {
  const TestStore test;
  const auto acme = test.enter(test.acme);
  must(test.store.write(acme, [&](WriteTransaction& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(insert_note(tx, "mine"));
    CHECK(must(ReadRepository<Note>{tx}.count()) == 1);
    CHECK(must(ReadRepository<Note>{test.store, acme}.count()) == 0);
    return tenancy::success();
  }));
}

TEST_CASE("a write inside a write of the same thread is refused, not a deadlock") {
  const TestStore test;
  const auto acme = test.enter(test.acme);
  must(test.store.write(acme, [&](WriteTransaction& tx) -> Result<void> {
    const auto nested =
        test.store.write(acme, [](WriteTransaction& inner) { return insert_note(inner, "no"); });
    CHECK(code_of(nested) == errc::nested_write);
    CHECK(code_of(test.registry.suspend(test.globex.id)) == errc::nested_write);
    return insert_note(tx, "yes");
  }));
  CHECK(must(ReadRepository<Note>{test.store, acme}.count()) == 1);
}

TEST_CASE("a context that may only read cannot write") {
  const TestStore test;
  const auto reader = test.enter(test.acme, tenancy::Scope::read);
  bool ran = false;
  const auto refused = test.store.write(reader, [&](WriteTransaction&) -> Result<void> {
    ran = true;
    return tenancy::success();
  });
  CHECK(code_of(refused) == errc::access_denied);
  CHECK_FALSE(ran);
  const auto narrowed =
      test.enter(test.acme, tenancy::Scope::admin).narrowed_to(tenancy::Scope::read);
  CHECK(code_of(Repository<Note>{test.store, narrowed}.insert({.title = "x"})) ==
        errc::access_denied);
}

TEST_CASE("a context of another store is refused, even of one on the same file") {
  const TestStore test;
  const TestStore other;
  const auto again = test.open_again();
  const auto from_other = other.enter(other.acme);
  const auto from_again = must(again.enter(test.acme.id, tenancy_test::tester()));
  CHECK(code_of(ReadRepository<Note>{test.store, from_other}.count()) == errc::foreign_context);
  CHECK(code_of(ReadRepository<Note>{test.store, from_again}.count()) == errc::foreign_context);
  CHECK(code_of(Repository<Note>{test.store, from_again}.insert({.title = "x"})) ==
        errc::foreign_context);
  CHECK(code_of(tenancy_test::future_write(
                    test.store, from_again,
                    [](WriteTransaction& /*tx*/) { return Result<void>{tenancy::success()}; })
                    .get()
                    .get()) == errc::foreign_context);
  CHECK(must(ReadRepository<Note>{again.store(), from_again}.count()) == 0);
}

TEST_CASE("a suspended tenant is out from the next transaction on, in this store and in others") {
  const TestStore test;
  const auto again = test.open_again();
  const auto here = test.enter(test.acme);
  const auto there = must(again.enter(test.acme.id, tenancy_test::tester()));
  must(test.registry.suspend(test.acme.id));

  CHECK(code_of(ReadRepository<Note>{test.store, here}.count()) == errc::tenant_not_active);
  CHECK(code_of(ReadRepository<Note>{again.store(), there}.count()) == errc::tenant_not_active);
  CHECK(code_of(Repository<Note>{again.store(), there}.insert({.title = "x"})) ==
        errc::tenant_not_active);

  SUBCASE("and its old contexts stay void when it is let in again") {
    must(test.registry.activate(test.acme.id));
    CHECK(code_of(ReadRepository<Note>{test.store, here}.count()) == errc::stale_context);
    CHECK(must(ReadRepository<Note>{test.store, test.enter(test.acme)}.count()) == 0);
  }
  SUBCASE("and the other tenants notice nothing") {
    CHECK(must(ReadRepository<Note>{test.store, test.enter(test.globex)}.count()) == 0);
  }
}

TEST_CASE("readers beyond the pool wait for the longest wait and are then refused") {
  const TestStore test{{.readers = 1, .max_wait = std::chrono::milliseconds{20}}};
  const auto acme = test.enter(test.acme);
  must(test.store.read(acme, [&](ReadTransaction&) -> Result<void> {
    CHECK(code_of(ReadRepository<Note>{test.store, acme}.count()) == errc::overloaded);
    return tenancy::success();
  }));
  CHECK(must(ReadRepository<Note>{test.store, acme}.count()) == 0);
}

TEST_CASE("another process's write lock gives busy after the longest wait") {
  const TestStore test{{.max_wait = std::chrono::milliseconds{20}}};
  auto raw = test.raw();
  raw.exec("BEGIN IMMEDIATE");
  CHECK(code_of(Repository<Note>{test.store, test.enter(test.acme)}.insert({.title = "x"})) ==
        errc::busy);
  raw.exec("ROLLBACK");
  must(Repository<Note>{test.store, test.enter(test.acme)}.insert({.title = "x"}));
}

TEST_CASE("a row of another tenant is never returned, raises the alarm and poisons") {
  const auto observer = std::make_shared<RecordingObserver>();
  const TestStore test{{.readers = 1, .observer = observer}};
  const auto acme = test.enter(test.acme);
  must(Repository<Note>{test.store, acme}.insert({.id = "a", .title = "of acme"}));
  must(Repository<Note>{test.store, test.enter(test.globex)}.insert(
      {.id = "a", .title = "of globex"}));
  test.mix_up_notes();

  int stopped = 0;
  for (int i = 0; i < 200; ++i) {
    bool swallowed = false;
    const auto outcome = test.store.read(acme, [&](ReadTransaction& tx) -> Result<void> {
      const auto found = ReadRepository<Note>{tx}.find("a");
      if (!found) {
        CHECK(code_of(found) == errc::isolation_violation);
        // Poisoned: nothing more can be read here, and ignoring the error does not help.
        CHECK(code_of(ReadRepository<Note>{tx}.count()) == errc::isolation_violation);
        swallowed = true;
      }
      return tenancy::success();
    });
    CHECK(outcome.has_value() == !swallowed);
    if (swallowed) {
      CHECK(outcome.error() == Condition::isolation);
      ++stopped;
    }
  }
  CHECK(stopped > 0);
  CHECK(observer->alarms == stopped);
}

TEST_CASE("a row of another tenant is not returned either where nobody observes") {
  const TestStore test{{.readers = 1}};
  const auto acme = test.enter(test.acme);
  must(Repository<Note>{test.store, acme}.insert({.id = "a", .title = "of acme"}));
  test.mix_up_notes();
  int refused = 0;
  for (int i = 0; i < 200; ++i) {
    const auto found = ReadRepository<Note>{test.store, acme}.find("a");
    if (!found) {
      CHECK(code_of(found) == errc::isolation_violation);
      ++refused;
    }
  }
  CHECK(refused > 0);
}

TEST_CASE("when SQLite drops the transaction by itself, nothing of the unit is kept") {
  const auto observer = std::make_shared<RecordingObserver>();
  const TestStore test{{.observer = observer}};
  test.run_raw(
      "CREATE TRIGGER bomb BEFORE INSERT ON notes WHEN new.title = 'bomb' "
      "BEGIN SELECT RAISE(ROLLBACK, 'boom'); END");
  const auto acme = test.enter(test.acme);
  const auto unit = [](WriteTransaction& tx) -> Result<void> {
    const Repository<Note> notes{tx};
    BOOST_OUTCOME_TRY(notes.insert({.id = "before", .title = "before"}));
    CHECK_FALSE(notes.insert({.id = "bomb", .title = "bomb"}).has_value());
    // Without a transaction these inserts would commit by themselves.
    CHECK(code_of(notes.insert({.id = "after", .title = "after"})) == errc::transaction_lost);
    CHECK(code_of(notes.insert_many({{.id = "one", .title = "one"},
                                     {.id = "two", .title = "two"}})) == errc::transaction_lost);
    return tenancy::success();
  };
  observer->last_committed = true;
  SUBCASE("of a caller that waits") {
    CHECK(code_of(test.store.write(acme, unit)) == errc::transaction_lost);
  }
  SUBCASE("of a caller that does not") {
    CHECK(code_of(tenancy_test::future_write(test.store, acme, unit).get().get()) ==
          errc::transaction_lost);
  }
  CHECK_FALSE(observer->last_committed);
  CHECK(must(ReadRepository<Note>{test.store, acme}.count()) == 0);
}

TEST_CASE("a reference that is broken already keeps nobody from changing the registry") {
  const TestStore test;
  test.run_raw("INSERT INTO tasks VALUES (" + std::to_string(test.acme.id.value()) +
               ", 1, 'nowhere', 0, 0)");
  const auto created = test.create_tenant("initech");
  CHECK(must(test.registry.find(created.id)) == created);
}

TEST_CASE("nor while one of its statements still gives rows") {
  const TestStore test;
  test.run_raw(
      "CREATE TRIGGER bomb BEFORE INSERT ON notes WHEN new.title = 'bomb' "
      "BEGIN SELECT RAISE(ROLLBACK, 'boom'); END");
  const auto acme = test.enter(test.acme);
  must(Repository<Note>{test.store, acme}.insert({.id = "first", .title = "first"}));
  must(Repository<Note>{test.store, acme}.insert({.id = "second", .title = "second"}));
  const auto outcome = test.store.write(acme, [](WriteTransaction& tx) -> Result<void> {
    static constexpr tenancy::detail::StaticSql titles{
        "SELECT tenant_id, title FROM notes WHERE tenant_id = ?1"};
    auto& session = tenancy::detail::SessionAccess::of(tx);
    BOOST_OUTCOME_TRY(auto reading, session.prepare(titles));
    CHECK(must(reading->step()));
    const Repository<Note> notes{tx};
    CHECK_FALSE(notes.insert({.id = "bomb", .title = "bomb"}).has_value());
    // The statement holds a view of the database, and no transaction.
    CHECK(code_of(notes.insert({.id = "after", .title = "after"})) == errc::transaction_lost);
    return tenancy::success();
  });
  CHECK(code_of(outcome) == errc::transaction_lost);
  CHECK(must(ReadRepository<Note>{test.store, acme}.count()) == 2);
}

TEST_CASE("the observer is told of each tenant's transaction") {
  const auto observer = std::make_shared<RecordingObserver>();
  const TestStore test{{.observer = observer}};
  const auto acme = test.enter(test.acme);
  const int before = observer->transactions;
  must(ReadRepository<Note>{test.store, acme}.count());
  CHECK(observer->transactions == before + 1);
  CHECK(observer->last_kind == tenancy::TransactionKind::read);
  must(Repository<Note>{test.store, acme}.insert({.title = "x"}));
  CHECK(observer->last_kind == tenancy::TransactionKind::write);
  CHECK(observer->last_committed);
  CHECK_FALSE(Repository<Note>{test.store, acme}.insert({.title = "x"}).has_value());
  CHECK_FALSE(observer->last_committed);
}

TEST_CASE("what the observer is told of times lies within the call") {
  using Steady = std::chrono::steady_clock;
  const auto log = std::make_shared<tenancy_test::ReportLog>();
  const TestStore test{{.observer = log}};
  const auto acme = test.enter(test.acme);
  Steady::time_point before;
  Steady::time_point ran;
  // Takes longer than was waited for it, so that one cannot pass for the other.
  const auto take_time = [&] {
    ran = Steady::now();
    while (Steady::now() - ran <= ran - before) {
    }
  };
  const auto check_times = [&](tenancy::TransactionKind kind) {
    const auto all = Steady::now() - before;
    const auto report = log->transactions().back();
    CHECK(report.kind == kind);
    CHECK(report.waited >= Steady::duration::zero());
    CHECK(report.waited <= ran - before);
    CHECK(report.held > ran - before);
    CHECK(report.waited + report.held <= all);
    CHECK(report.prepared > 0);
  };

  before = Steady::now();
  must(test.store.write(acme, [&](WriteTransaction& tx) {
    take_time();
    return insert_note(tx, "one");
  }));
  check_times(tenancy::TransactionKind::write);

  before = Steady::now();
  must(test.store.read(acme, [&](tenancy::ReadTransaction& tx) {
    take_time();
    return ReadRepository<Note>{tx}.count();
  }));
  check_times(tenancy::TransactionKind::read);
}

TEST_CASE("the database, its log and the keys belong to their owner alone") {
  const TestStore test;
  must(Repository<Note>{test.store, test.enter(test.acme)}.insert({.title = "x"}));
  for (const char* suffix : {"", "-wal", ".keys"}) {
    const std::string path = test.file().string() + suffix;
    CAPTURE(path);
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
  }
}

TEST_CASE("a file that is no database is refused and left alone") {
  const tenancy_test::TemporaryFolder folder;
  const auto file = folder / "notes.txt";
  const std::string text(5000, 'x');
  std::ofstream{file} << text;
  REQUIRE(::chmod(file.c_str(), 0600) == 0);
  CHECK(code_of(tenancy::open("sqlite:" + file.string(),
                              {.keys = tenancy::KeyRing::ephemeral()})) == errc::corrupt_store);
  std::string after;
  std::getline(std::ifstream{file}, after);
  CHECK(after == text);
}

TEST_CASE("two tenants write and read at once without meeting") {
  const TestStore test;
  constexpr int rounds = 40;
  const auto work = [&](const tenancy::TenantContext& context, const std::string& name) {
    const Repository<Note> notes{test.store, context};
    for (int i = 0; i < rounds; ++i) {
      const std::string id = std::to_string(i);
      must(notes.insert({.id = id, .title = name + id}));
      CHECK(must(notes.require(id)).title == name + id);
      CHECK(must(notes.count()) == i + 1);
    }
  };
  std::thread one{[&] { work(test.enter(test.acme), "acme "); }};
  std::thread two{[&] { work(test.enter(test.globex), "globex "); }};
  one.join();
  two.join();
  CHECK(must(ReadRepository<Note>{test.store, test.enter(test.acme)}.count()) == rounds);
}

TEST_CASE("a transaction keeps its own context, whatever becomes of the caller's") {
  const TestStore test;
  auto context = test.enter(test.acme);
  must(test.store.read(context, [&](ReadTransaction& tx) -> Result<void> {
    context = test.enter(test.globex);
    CHECK(tx.context().tenant() == test.acme.id);
    return tenancy::success();
  }));
}

// The two tests below go past the public interface: no repository makes such statements.

TEST_CASE("a statement that does not take the tenant first is refused") {
  static constexpr tenancy::detail::StaticSql all{"SELECT id FROM notes"};
  static constexpr tenancy::detail::StaticSql named{"SELECT id FROM notes WHERE id = :id"};
  const TestStore test;
  must(test.store.read(test.enter(test.acme), [](ReadTransaction& tx) -> Result<void> {
    auto& session = tenancy::detail::SessionAccess::of(tx);
    for (const auto* sql : {&all, &named}) {
      CHECK(code_of(session.prepare(*sql)) == errc::internal);
    }
    return tenancy::success();
  }));
}

TEST_CASE("a connection for reading cannot write, whatever statement it is given") {
  static constexpr tenancy::detail::StaticSql erase{"DELETE FROM notes WHERE tenant_id = ?1"};
  const TestStore test;
  const auto acme = test.enter(test.acme);
  must(Repository<Note>{test.store, acme}.insert({.id = "kept", .title = "kept"}));
  must(test.store.read(acme, [](ReadTransaction& tx) -> Result<void> {
    auto statement = tenancy::detail::SessionAccess::of(tx).prepare(erase);
    REQUIRE(statement.has_value());
    CHECK(code_of(statement.value()->step()) == errc::storage_read_only);
    return tenancy::success();
  }));
  CHECK(must(ReadRepository<Note>{test.store, acme}.count()) == 1);
}
