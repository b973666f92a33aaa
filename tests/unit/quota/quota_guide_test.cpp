// What docs/quotas.md shows.

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"
#include "tenancy/quota/quota.hpp"

#include "support/entities.hpp"
#include "support/test_store.hpp"

using tenancy::MetricName;
using tenancy::Quota;
using tenancy::QuotaLimit;
using tenancy::Repository;
using tenancy::Result;
using tenancy::Store;
using tenancy::TenantContext;
using tenancy::WriteTransaction;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::TestStore;

namespace {

Result<Quota> notes_quota() {
  BOOST_OUTCOME_TRY(const auto metric, MetricName::parse("notes"));
  BOOST_OUTCOME_TRY(const auto limit, QuotaLimit::at_most(2));
  return Quota{metric, limit};
}

Result<Note> add_note(const Store& store, const TenantContext& context, const Quota& quota,
                      const Note& note) {
  return store.write(context, [&](WriteTransaction& transaction) -> Result<Note> {
    BOOST_OUTCOME_TRY(quota.consume(transaction));
    return Repository<Note>{transaction}.insert(note);
  });
}

Result<void> remove_note(const Store& store, const TenantContext& context, const Quota& quota,
                         std::string_view id) {
  return store.write(context, [&](WriteTransaction& transaction) -> Result<void> {
    BOOST_OUTCOME_TRY(Repository<Note>{transaction}.erase(id));
    BOOST_OUTCOME_TRY(quota.release(transaction));
    return tenancy::success();
  });
}

}  // namespace

TEST_CASE("the guide's quota of notes") {
  const TestStore test;
  const auto context = test.enter(test.acme);
  const Quota quota = must(notes_quota());
  must(add_note(test.store, context, quota, {.id = "a", .title = "a"}));
  must(add_note(test.store, context, quota, {.id = "b", .title = "b"}));
  CHECK(code_of(add_note(test.store, context, quota, {.id = "c", .title = "c"})) ==
        tenancy::errc::quota_exceeded);
  must(remove_note(test.store, context, quota, "a"));
  must(add_note(test.store, context, quota, {.id = "c", .title = "c"}));
}

TEST_CASE("the guide's quota of what has been there before") {
  const TestStore test;
  const auto context = test.enter(test.acme);
  const Quota quota = must(notes_quota());
  must(Repository<Note>{test.store, context}.insert({.id = "old", .title = "old"}));
  const auto add = [&](const Note& note) -> Result<Note> {
    return test.store.write(context, [&](WriteTransaction& transaction) -> Result<Note> {
      const Repository<Note> notes{transaction};
      BOOST_OUTCOME_TRY(const auto usage, quota.usage(transaction));
      if (!usage.has_begun) {
        BOOST_OUTCOME_TRY(const auto already, notes.count());
        BOOST_OUTCOME_TRY(quota.begin(transaction, already));
      }
      BOOST_OUTCOME_TRY(quota.consume(transaction));
      return notes.insert(note);
    });
  };
  must(add({.id = "new", .title = "new"}));
  CHECK(code_of(add({.id = "more", .title = "more"})) == tenancy::errc::quota_exceeded);
}
