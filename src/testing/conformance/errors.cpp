// What is told of what fails.

#include <stdexcept>

#include "tenancy/storage/transaction.hpp"

#include "testing/conformance/look.hpp"

namespace tenancy::inline v0::conformance {
namespace {

using detail::SessionAccess;
using detail::StaticSql;

/// In every value that is stored here, and in no message.
constexpr std::string_view canary = "canary-7b1f";

constexpr StaticSql without_title_sql{
    "INSERT INTO conformance_cards (tenant_id, id, title, stars) VALUES (?1, ?2, NULL, 0)"};
constexpr StaticSql no_table_sql{"SELECT tenant_id FROM conformance_nowhere WHERE tenant_id = ?1"};

std::string value_of(std::string_view what) {
  return std::string{canary} + "-" + std::string{what};
}

template <class T>
void refused_about(std::string_view what, const Result<T>& result, errc code,
                   std::string_view subject) {
  refused(what, result, {code});
  expect(result.error().subject().find(subject) != std::string_view::npos,
         std::string{what} + " names what it is about, '" + std::string{subject} + "'",
         "a message about '" + std::string{result.error().subject()} + "'");
  expect(result.error().message().find(canary) == std::string::npos,
         std::string{what} + " tells no value", "the value in its message");
}

void check_unique(Look& look) {
  const auto handle = look.open();
  const auto cards = handle.cards(handle.enter(handle.create("tenant")));
  got("inserting a row", cards.insert(card(value_of("a"), value_of("title"))));
  refused_about("a key that is taken", cards.insert(card(value_of("a"), value_of("other"))),
                errc::already_exists, "id");
  refused_about("a unique value that is taken",
                cards.insert(card(value_of("b"), value_of("title"))), errc::already_exists,
                "title");
  got("inserting a row", cards.insert(card(value_of("c"), value_of("third"))));
  refused_about("a change to a unique value that is taken",
                cards.update(card(value_of("c"), value_of("title"))), errc::already_exists,
                "title");
}

void check_reference(Look& look) {
  const auto handle = look.open();
  const auto cards = handle.cards(handle.enter(handle.create("tenant")));
  auto child = card(value_of("child"), value_of("child"));
  child.parent = value_of("parent");
  const auto orphan = cards.insert(child);
  refused("a reference to a row that is not there", orphan, {errc::reference_violation});
  expect(orphan.error().message().find(canary) == std::string::npos,
         "a reference that is refused tells no value", "the value in its message");
  got("inserting a row", cards.insert(card(value_of("parent"), value_of("parent"))));
  got("inserting a row that refers to it", cards.insert(child));
  const auto kept = cards.erase(value_of("parent"));
  refused("erasing a row that another one refers to", kept, {errc::reference_violation});
  expect(kept.error().message().find(canary) == std::string::npos,
         "an erasure that is refused tells no value", "the value in its message");
  got("erasing the row that refers", cards.erase(value_of("child")));
  got("erasing the row that was referred to", cards.erase(value_of("parent")));
}

void check_constraint(Look& look) {
  const auto handle = look.open();
  const auto context = handle.enter(handle.create("tenant"));
  const auto cards = handle.cards(context);
  const auto negative = cards.insert(card(value_of("a"), value_of("a"), -1));
  refused("a value that a check refuses", negative, {errc::constraint_violation});
  expect(negative.error().message().find(canary) == std::string::npos,
         "a check that refuses tells no value", "a value in its message");
  const auto missing = handle.store().write(context, [](WriteTransaction& tx) -> Result<void> {
    const auto key = value_of("n");
    BOOST_OUTCOME_TRY(auto lease, SessionAccess::of(tx).prepare(without_title_sql));
    lease->bind_text(2, key);
    BOOST_OUTCOME_TRY(lease->step());
    return success();
  });
  refused_about("NULL where there must be a value", missing, errc::constraint_violation, "title");
  refused("a statement about a table that is not there",
          handle.store().read(context,
                              [](ReadTransaction& tx) -> Result<void> {
                                BOOST_OUTCOME_TRY(auto lease,
                                                  SessionAccess::of(tx).prepare(no_table_sql));
                                BOOST_OUTCOME_TRY(lease->step());
                                return success();
                              }),
          {errc::invalid_mapping});
}

void check_nested(Look& look) {
  const auto handle = look.open();
  const auto context = handle.enter(handle.create("tenant"));
  const auto other = handle.enter(handle.create("other"));
  std::string same = "not tried";
  std::string others = "not tried";
  std::string registry = "not tried";
  const auto outcome = handle.store().write(context, [&](WriteTransaction& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(Repository<Card>{tx}.insert(card("a", "a")));
    same = shown(handle.cards(context, soon()).insert(card("b", "b")));
    others = shown(handle.cards(other, soon()).insert(card("b", "b")));
    registry = shown(handle.registry().with(soon()).create({"third", "third"}));
    return success();
  });
  for (const auto& [what, seen] : {std::pair{"a write of the same tenant", same},
                                   std::pair{"a write of another tenant", others},
                                   std::pair{"a change of the registry", registry}}) {
    expect(seen.starts_with("nested_write"),
           std::string{what} + " within a write of the same thread fails with nested_write", seen);
  }
  got("a write in which another one was refused", outcome);
  expect_titles("the tenant", {"a"}, handle.cards(context));
}

void check_read_only(Look& look) {
  const auto handle = look.open();
  const auto context = handle.enter(handle.create("tenant"));
  got("inserting a row", handle.cards(context).insert(card("a", "a")));
  constexpr StaticSql erase_sql{"DELETE FROM conformance_cards WHERE tenant_id = ?1"};
  const auto outcome = handle.store().read(context, [&](ReadTransaction& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(auto lease, SessionAccess::of(tx).prepare(erase_sql));
    BOOST_OUTCOME_TRY(lease->step());
    return success();
  });
  expect(!outcome, "a statement that writes fails in a transaction that reads", "success");
  expect_titles("the tenant", {"a"}, handle.cards(context));
}

}  // namespace

std::vector<Entry> error_checks() {
  return {
      {{"errors.unique",
        "A key or unique value that is taken is already_exists, about its columns, without the "
        "value."},
       &check_unique},
      {{"errors.reference",
        "A reference that leads nowhere, and the loss of a row that is referred to, are "
        "reference_violation, without the value."},
       &check_reference},
      {{"errors.constraint",
        "A check that does not hold, and NULL where there must be a value, are "
        "constraint_violation; what the schema lacks is invalid_mapping."},
       &check_constraint},
      {{"misuse.nested_write",
        "A write within a write of the same thread is nested_write, and the outer one goes on."},
       &check_nested},
      {{"misuse.read_only", "A transaction that reads cannot write."}, &check_read_only},
  };
}

}  // namespace tenancy::inline v0::conformance
