// What one tenant was given (cursors, versions, keys of rows, API keys, identifiers), in the hands
// of another, in every call that takes it: answered as one that somebody made up, to the word.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "support/work.hpp"

using tenancy::Changes;
using tenancy::errc;
using tenancy::field;
using tenancy::Order;
using tenancy::PageRequest;
using tenancy::Query;
using tenancy::Repository;
using tenancy::Result;
using tenancy::RowVersion;
using tenancy::Versioned;
using tenancy_test::Item;
using tenancy_test::must;
using tenancy_test::Person;
using tenancy_test::TestStore;

namespace {

/// All that an answer says.
std::string told(const tenancy::Error& error) {
  return std::string{to_string(error.code())} + ": " + error.message() + " (" +
         std::string{error.subject()} + ")";
}
template <class T>
std::string told(const Result<T>& result) {
  return result ? "done" : told(result.error());
}
std::string told(const Result<std::optional<Item>>& result) {
  return result ? (result.value() ? "a row" : "no row") : told(result.error());
}
std::string told(const Result<std::optional<Versioned<Item>>>& result) {
  return result ? (result.value() ? "a row" : "no row") : told(result.error());
}
std::string told(const Result<tenancy::Presence>& result) {
  if (!result) {
    return told(result.error());
  }
  return result.value() == tenancy::Presence::present ? "present" : "absent";
}
std::string told(const Result<std::int64_t>& result) {
  return result ? std::to_string(result.value()) : told(result.error());
}

/// Three tenants: acme has rows; globex has rows with other keys; initech has none.
struct Tenants {
  TestStore test{{}, tenancy_test::work_schema()};
  tenancy::Tenant initech = test.create_tenant("initech");
  Repository<Item> of_acme{test.store, test.enter(test.acme)};
  std::vector<Repository<Item>> of_others{{test.store, test.enter(test.globex)},
                                          {test.store, test.enter(initech)}};

  Tenants() {
    for (std::int64_t number = 0; number < 9; ++number) {
      must(of_acme.insert({.project = "acme", .number = number, .title = "title"}));
      must(of_others[0].insert({.project = "globex", .number = number, .title = "title"}));
    }
  }
};

}  // namespace

TEST_CASE("another tenant's cursor is answered as one that was made up") {
  const Tenants tenants;
  const std::vector<Query<Item>> queries{
      {},
      field<&Item::title> == "title",
      Query<Item>{}.order_by(tenancy::descending<&Item::points>),
      Query<Item>{field<&Item::number> >= 0}.order_by(tenancy::ascending<&Item::title>),
  };
  using List =
      std::function<std::string(const Repository<Item>&, const Query<Item>&, const PageRequest&)>;
  const std::vector<List> lists{
      [](const auto& rows, const auto& query, const auto& page) {
        return told(rows.list(query, page));
      },
      [](const auto& rows, const auto& query, const auto& page) {
        return told(rows.list_versioned(query, page));
      },
  };
  for (const Query<Item>& query : queries) {
    for (const Order order : {Order::newest_first, Order::oldest_first}) {
      const auto middle =
          must(tenants.of_acme.list(query, {.limit = 2, .number = 2, .order = order}));
      for (const std::string& cursor :
           {middle.next_cursor.value(), middle.previous_cursor.value()}) {
        std::string made_up = cursor;
        made_up.back() = made_up.back() == 'A' ? 'B' : 'A';
        for (const List& list : lists) {
          const auto ask = [&](const auto& rows, const std::string& text) {
            return list(rows, query, {.limit = 2, .cursor = text, .order = order});
          };
          CHECK(ask(tenants.of_acme, cursor) == "done");
          for (const auto& rows : tenants.of_others) {
            const std::string refused = ask(rows, cursor);
            CHECK(refused.starts_with("invalid_cursor: "));
            CHECK(refused == ask(rows, made_up));
            CHECK(refused == ask(rows, "nonsense"));
          }
        }
      }
    }
  }
}

TEST_CASE("another tenant's key and version are answered as those of nobody, in every call") {
  const Tenants tenants;
  must(tenants.of_acme.update({"acme", 3}, Changes<Item>{}.set<&Item::title>("changed")));
  const RowVersion seen{2};
  using Call = std::function<std::string(const Repository<Item>&, const Item&, RowVersion)>;
  const auto change = Changes<Item>{}.set<&Item::title>("taken");
  const std::vector<Call> calls{
      [](const auto& rows, const Item& row, RowVersion) {
        return told(rows.find({row.project, row.number}));
      },
      [](const auto& rows, const Item& row, RowVersion) {
        return told(rows.find_versioned({row.project, row.number}));
      },
      [](const auto& rows, const Item& row, RowVersion) {
        return told(rows.require({row.project, row.number}));
      },
      [](const auto& rows, const Item& row, RowVersion) {
        return told(rows.require_versioned({row.project, row.number}));
      },
      [](const auto& rows, const Item& row, RowVersion) {
        return told(rows.exists({row.project, row.number}));
      },
      [](const auto& rows, const Item& row, RowVersion) {
        return told(rows.count(field<&Item::project> == row.project));
      },
      [](const auto& rows, const Item& row, RowVersion) { return told(rows.update(row)); },
      [](const auto& rows, const Item& row, RowVersion version) {
        return told(rows.update(Versioned<Item>{row, version}));
      },
      [change](const auto& rows, const Item& row, RowVersion) {
        return told(rows.update({row.project, row.number}, change));
      },
      [change](const auto& rows, const Item& row, RowVersion version) {
        return told(rows.update({row.project, row.number}, change, version));
      },
      [](const auto& rows, const Item& row, RowVersion version) {
        return told(rows.update({row.project, row.number}, Changes<Item>{}, version));
      },
      [](const auto& rows, const Item& row, RowVersion) {
        return told(rows.erase({row.project, row.number}));
      },
      [](const auto& rows, const Item& row, RowVersion version) {
        return told(rows.erase({row.project, row.number}, version));
      },
      [](const auto& rows, const Item& row, RowVersion) {
        return told(rows.erase_where(field<&Item::project> == row.project));
      },
      [](const auto& rows, const Item& row, RowVersion) {
        // Refers to a person of acme's, or of nobody.
        return told(rows.insert({.project = "own", .number = 1, .owner = row.project}));
      },
  };
  must(Repository<Person>{tenants.test.store, tenants.test.enter(tenants.test.acme)}.insert(
      {"acme", "Of acme"}));
  const Item acmes{.project = "acme", .number = 3, .title = "taken"};
  const Item nobodys{.project = "none", .number = 3, .title = "taken"};
  for (std::size_t i = 0; i < calls.size(); ++i) {
    CAPTURE(i);
    for (const auto& rows : tenants.of_others) {
      const std::string answer = calls[i](rows, acmes, seen);
      CHECK(answer != "done");
      CHECK(answer == calls[i](rows, nobodys, seen));
      CHECK(answer == calls[i](rows, acmes, RowVersion{7}));
      CHECK(answer.find("acme") == std::string::npos);
    }
  }
  CHECK(must(tenants.of_acme.require_versioned({"acme", 3})).version == seen);
  CHECK(must(tenants.of_acme.count()) == 9);

  // On a row of one's own with that key, a version that fits another's is a wrong one.
  must(tenants.of_others[0].insert({.project = "acme", .number = 3}));
  CHECK(told(tenants.of_others[0].erase({"acme", 3}, seen)) ==
        told(tenants.of_others[0].erase({"acme", 3}, RowVersion{7})));
}

TEST_CASE("another tenant's credential and identifier are answered as ones that were made up") {
  const Tenants tenants;
  const auto& registry = tenants.test.registry;
  const auto authenticator = tenants.test.authority.authenticator();
  const auto acmes = must(registry.issue_key(tenants.test.acme.id, {.name = "acme"}));
  const auto globexs = must(registry.issue_key(tenants.test.globex.id, {.name = "globex"}));
  const std::string acmes_text{acmes.text.unsafe_text()};
  const std::string globexs_text{globexs.text.unsafe_text()};
  CHECK(must(authenticator.authenticate(acmes_text)).tenant() == tenants.test.acme.id);

  // The public part of one with the secret of the other.
  const std::size_t secret = acmes_text.find(acmes.key.id) + acmes.key.id.size();
  const std::string mixed = acmes_text.substr(0, secret) + globexs_text.substr(secret);
  const auto nonsense = told(authenticator.authenticate("tnk_nonsense"));
  CHECK(told(authenticator.authenticate(mixed)) == nonsense);

  const std::string made_up(acmes.key.id.size(), 'a');
  const auto identifier = must(tenancy::TenantIdentifier::parse("chat", "acme"));
  const auto unknown = must(tenancy::TenantIdentifier::parse("chat", "none"));
  must(registry.add_identifier(tenants.test.acme.id, identifier));
  for (const tenancy::TenantId other : {tenants.test.globex.id, tenants.initech.id}) {
    CHECK(told(registry.revoke_key(other, acmes.key.id)) ==
          told(registry.revoke_key(other, made_up)));
    CHECK(told(registry.expire_key(other, acmes.key.id, std::nullopt)) ==
          told(registry.expire_key(other, made_up, std::nullopt)));
    CHECK(told(registry.remove_identifier(other, identifier)) ==
          told(registry.remove_identifier(other, unknown)));
  }
  CHECK(must(authenticator.authenticate(acmes_text)).tenant() == tenants.test.acme.id);
  CHECK(must(registry.find(identifier)).id == tenants.test.acme.id);

  // What was revoked says no more than a key that is well-formed and of nobody here.
  const TestStore elsewhere;
  const auto unknown_key =
      must(elsewhere.registry.issue_key(elsewhere.acme.id, {.name = "elsewhere"}));
  must(registry.revoke_key(tenants.test.acme.id, acmes.key.id));
  CHECK(told(authenticator.authenticate(acmes_text)) ==
        told(authenticator.authenticate(unknown_key.text.unsafe_text())));
}
