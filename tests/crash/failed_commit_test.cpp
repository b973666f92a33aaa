// A disk that is full, or fails, just when several writes are committed together. Which of them is
// to blame nobody knows, so each runs again alone; unless it cannot be known what was kept.

#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "support/entities.hpp"
#include "support/fault_vfs.hpp"
#include "support/future_write.hpp"
#include "support/held_writer.hpp"
#include "support/report_log.hpp"
#include "support/test_store.hpp"

using tenancy::errc;
using tenancy::ReadRepository;
using tenancy::Repository;
using tenancy::Result;
using tenancy::TenantContext;
using tenancy::WriteTransaction;
using tenancy_test::code_of;
using tenancy_test::FaultKind;
using tenancy_test::FaultVfs;
using tenancy_test::future_write;
using tenancy_test::HeldWriter;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::ReportLog;
using tenancy_test::TestStore;
using tenancy_test::VfsCall;

namespace {

using namespace std::chrono_literals;

Result<void> insert_note(WriteTransaction& tx, const std::string& id) {
  BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert({.id = id, .title = id}));
  return tenancy::success();
}

/// A store whose disk fails at the commit of a batch of two, and what the two are told.
class TwoWrites {
 public:
  /// The second unit runs in the batch of the first, which inserts "first", and again if it must.
  template <class Unit>
  TwoWrites(FaultKind kind, bool is_persistent, Unit second) {
    log_->forget_batches();
    HeldWriter held{test.store, acme,
                    [](WriteTransaction& tx) { return insert_note(tx, "first"); }};
    auto done = future_write(test.store, acme, [&](WriteTransaction& tx) {
      ++runs;
      auto outcome = second(tx);
      if (runs == 1) {
        vfs_.arm({{.kind = kind, .nth = 1, .only = VfsCall::write, .persistent = is_persistent}});
      }
      return outcome;
    });
    first_outcome = held.finish();
    second_outcome = done.get().get();
    vfs_.disarm();
  }

  /// The batches since, until so many transactions are kept or rolled back.
  [[nodiscard]] std::vector<tenancy::BatchReport> await_transactions(std::size_t count) {
    return log_->await_transactions(count);
  }

  [[nodiscard]] std::set<std::string> ids() const {
    std::set<std::string> found;
    for (const auto& note : must(ReadRepository<Note>{test.store, acme}.list()).items) {
      found.insert(note.id);
    }
    return found;
  }

 private:
  FaultVfs vfs_;
  std::shared_ptr<ReportLog> log_ = std::make_shared<ReportLog>();

 public:
  const TestStore test{{.max_wait = 10min, .observer = log_}};
  const TenantContext acme = test.enter(test.acme);
  Result<void> first_outcome = tenancy::success();
  Result<void> second_outcome = tenancy::success();
  int runs = 0;
};

using Ids = std::set<std::string>;

}  // namespace

TEST_CASE("writes whose common commit found the disk full are written one by one") {
  TwoWrites writes{FaultKind::disk_full, false,
                   [](WriteTransaction& tx) { return insert_note(tx, "second"); }};
  must(writes.first_outcome);
  must(writes.second_outcome);
  CHECK(writes.runs == 2);
  CHECK(writes.ids() == Ids{"first", "second"});
  std::uint32_t replayed = 0;
  for (const auto& batch : writes.await_transactions(2)) {
    CHECK(batch.committed == (batch.transactions > 0));
    CHECK(batch.transactions <= 1);
    replayed += batch.replayed;
  }
  CHECK(replayed == 2);
}

TEST_CASE("writes that find no room are all told so, and none is kept") {
  TwoWrites writes{FaultKind::disk_full, true,
                   [](WriteTransaction& tx) { return insert_note(tx, "second"); }};
  CHECK(code_of(writes.first_outcome) == errc::storage_full);
  CHECK(code_of(writes.second_outcome) == errc::storage_full);
  CHECK(writes.ids() == Ids{});
  must(writes.test.store.write(writes.acme,
                               [](WriteTransaction& tx) { return insert_note(tx, "next"); }));
  CHECK(writes.ids() == Ids{"next"});
}

TEST_CASE("a write that failed on what was not kept after all is written") {
  // The very note of the first, which is gone with the commit.
  TwoWrites writes{FaultKind::disk_full, false,
                   [](WriteTransaction& tx) { return insert_note(tx, "first"); }};
  CHECK(code_of(writes.first_outcome) == errc::storage_full);
  must(writes.second_outcome);
  CHECK(writes.runs == 2);
  CHECK(writes.ids() == Ids{"first"});
}

TEST_CASE("writes of which it cannot be known are not written again") {
  TwoWrites writes{FaultKind::io_error, false,
                   [](WriteTransaction& tx) { return insert_note(tx, "second"); }};
  CHECK(code_of(writes.first_outcome) == errc::commit_unknown);
  CHECK(code_of(writes.second_outcome) == errc::commit_unknown);
  CHECK(writes.runs == 1);
  const auto ids = writes.ids();
  CHECK((ids == Ids{} || ids == Ids{"first", "second"}));
  must(writes.test.store.write(writes.acme,
                               [](WriteTransaction& tx) { return insert_note(tx, "next"); }));
  for (const auto& batch : writes.await_transactions(1)) {
    CHECK(batch.committed == (batch.transactions > 0));
  }
}
