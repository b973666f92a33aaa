// Several processes administer and serve the same tenants. What one has committed holds in all
// others from their next transaction on, whatever they remember.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "support/entities.hpp"
#include "support/future_write.hpp"
#include "support/other_process.hpp"
#include "support/test_store.hpp"

using tenancy::errc;
using tenancy::Repository;
using tenancy::Result;
using tenancy::TenantContext;
using tenancy::TenantStatus;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::OtherProcess;
using tenancy_test::TestStore;

namespace {

constexpr std::size_t readers = 4;

/// A store whose every connection can be made to do a transaction of a tenant.
class Served {
 public:
  Served() : test{{.readers = readers}}, filler_{test.enter(test.globex)} {}

  /// A read on one of the store's connections; every number has its own.
  [[nodiscard]] Result<void> read(const TenantContext& context, std::size_t connection) const {
    if (connection == 0) {
      return store().read(
          context, [](tenancy::ReadTransaction&) -> Result<void> { return tenancy::success(); });
    }
    // The connections before it are busy.
    return store().read(filler_, [&](tenancy::ReadTransaction&) -> Result<void> {
      return read(context, connection - 1);
    });
  }

  [[nodiscard]] Result<void> write(const TenantContext& context) const {
    return store().write(
        context, [](tenancy::WriteTransaction&) -> Result<void> { return tenancy::success(); });
  }

  [[nodiscard]] Result<void> write_statement(const TenantContext& context) const {
    const Repository<Note> notes{store(), context};
    BOOST_OUTCOME_TRY(notes.insert({.title = "note " + std::to_string(++written_)}));
    return tenancy::success();
  }

  [[nodiscard]] Result<void> write_later(const TenantContext& context) const {
    return tenancy_test::future_write(
               store(), context,
               [](tenancy::WriteTransaction&) -> Result<void> { return tenancy::success(); })
        .get()
        .get();
  }

  /// Every way into the store, each on a connection that had no other transaction of the tenant
  /// since the change; in random order, since each may tell the others.
  [[nodiscard]] std::vector<std::function<Result<void>(const TenantContext&)>> ways(
      std::mt19937_64& random) const {
    std::vector<std::function<Result<void>(const TenantContext&)>> all{
        [this](const TenantContext& context) { return write(context); },
        [this](const TenantContext& context) { return write_statement(context); },
        [this](const TenantContext& context) { return write_later(context); },
    };
    for (std::size_t i = 0; i < readers; ++i) {
      all.emplace_back([this, i](const TenantContext& context) { return read(context, i); });
    }
    std::ranges::shuffle(all, random);
    return all;
  }

  /// Lets every connection know that the context is let in.
  void warm(const TenantContext& context) const {
    std::mt19937_64 any{0};  // NOLINT(cert-msc51-cpp): any will do.
    for (int i = 0; i < 2; ++i) {
      for (const auto& way : ways(any)) {
        must(way(context));
      }
    }
  }

  [[nodiscard]] const tenancy::Store& store() const { return test.store; }

  const TestStore test;

 private:
  const TenantContext filler_;
  mutable int written_ = 0;
};

std::uint64_t announced_seed() {
  const char* const given = std::getenv("TENANCY_TEST_SEED");
  const auto seed = given != nullptr ? std::stoull(given) : std::random_device{}();
  std::cout << "TENANCY_TEST_SEED=" << seed << '\n';
  return seed;
}

std::string text_of(const tenancy::IssuedApiKey& issued) {
  return std::string{issued.text.unsafe_text()};
}

}  // namespace

TEST_CASE("processes that change what they have seen lose no change of each other") {
  const TestStore test;
  std::vector<std::unique_ptr<OtherProcess>> processes;
  processes.reserve(3);
  for (int i = 0; i < 3; ++i) {
    processes.push_back(std::make_unique<OtherProcess>(test, test.acme));
  }
  const auto seed = announced_seed();
  for (std::size_t i = 0; i < processes.size(); ++i) {
    processes[i]->begin("edit 80 " + std::to_string(seed + i));
  }
  std::int64_t made = 0;
  for (const auto& process : processes) {
    const auto answer = process->answer();
    CAPTURE(answer);
    REQUIRE(answer.find_first_not_of("0123456789") == std::string::npos);
    made += std::stoll(answer);
  }
  CHECK(made > 0);
  const auto after = must(test.registry.find(test.acme.id));
  CHECK(after.version == test.acme.version + made);
  CHECK(after.epoch <= after.version);
  CHECK(after.status != TenantStatus::provisioning);
  CHECK(after.status != TenantStatus::archived);
}

TEST_CASE("a suspension by another process holds in the very next transaction of any kind") {
  const Served served;
  const TestStore& test = served.test;
  OtherProcess other{test, test.acme};
  const auto text = text_of(must(test.registry.issue_key(test.acme.id, {.name = "ci"})));
  const auto authenticator = test.authority.authenticator();
  std::mt19937_64 random{announced_seed()};
  // Each way comes to be the first.
  for (int round = 0; round < 12; ++round) {
    for (const bool authenticates : {true, false}) {
      const auto enter = [&] {
        return authenticates ? authenticator.authenticate(text)
                             : test.authority.enter(test.acme.id);
      };
      const auto context = must(enter());
      served.warm(context);

      REQUIRE(other.tell("suspend") == "suspended");
      // It may come from memory, and be refused where it counts.
      const auto fresh = enter();
      for (const auto& way : served.ways(random)) {
        if (fresh) {
          CHECK(code_of(way(fresh.value())) == errc::tenant_not_active);
        }
        CHECK(code_of(way(context)) == errc::tenant_not_active);
      }
      CHECK(code_of(enter()) == errc::tenant_not_active);

      REQUIRE(other.tell("activate") == "active");
      for (const auto& way : served.ways(random)) {
        CHECK(code_of(way(context)) == errc::stale_context);
      }
      const auto again = must(enter());
      for (const auto& way : served.ways(random)) {
        must(way(again));
      }
    }
  }
}

TEST_CASE("a status that went there and back in another process costs one refusal at most") {
  const Served served;
  const TestStore& test = served.test;
  OtherProcess other{test, test.acme};
  const auto text = text_of(must(test.registry.issue_key(test.acme.id, {.name = "ci"})));
  const auto authenticator = test.authority.authenticator();
  std::mt19937_64 random{announced_seed()};
  for (int round = 0; round < 12; ++round) {
    served.warm(must(authenticator.authenticate(text)));
    const auto old = must(test.authority.enter(test.acme.id));
    REQUIRE(other.tell("deactivate") == "inactive");
    REQUIRE(other.tell("activate") == "active");
    int refusals = 0;
    for (const auto& way : served.ways(random)) {
      if (const auto outcome = way(must(authenticator.authenticate(text))); !outcome) {
        CHECK(outcome.error() == errc::stale_context);
        ++refusals;
      }
    }
    CHECK(refusals <= 1);
    for (const auto& way : served.ways(random)) {
      CHECK(code_of(way(old)) == errc::stale_context);
      must(way(must(test.authority.enter(test.acme.id))));
    }
  }
}

TEST_CASE("what another process does to a key holds for its contexts and for no other's") {
  const Served served;
  const TestStore& test = served.test;
  OtherProcess other{test, test.acme};
  const auto authenticator = test.authority.authenticator();
  std::mt19937_64 random{announced_seed()};
  const auto expires = test.clock->now() + std::chrono::hours{24};
  const auto at = [](tenancy::Timestamp time) { return std::to_string(time.microseconds()); };
  const std::vector<std::string> changes{
      "revoke",
      "expire ID " + at(test.clock->now()),
      "expire ID " + at(test.clock->now() - std::chrono::hours{1}),
      "expire ID " + at(expires - std::chrono::hours{1}),
      "expire ID " + at(expires + std::chrono::hours{1}),
      "expire ID never",
  };
  const auto kept_text = text_of(must(test.registry.issue_key(test.acme.id, {.name = "kept"})));
  for (int round = 0; round < 3; ++round) {
    for (std::string change : changes) {
      CAPTURE(change);
      const auto issued =
          must(test.registry.issue_key(test.acme.id, {.name = "changed", .expires_at = expires}));
      const auto context = must(authenticator.authenticate(text_of(issued)));
      const auto narrowed = context.narrowed_to(tenancy::Scope::read);
      const auto kept = must(authenticator.authenticate(kept_text));
      const auto entered = must(test.authority.enter(test.acme.id));
      served.warm(context);
      served.warm(kept);
      served.warm(entered);

      if (const auto place = change.find("ID"); place != std::string::npos) {
        REQUIRE(other.tell(change.replace(place, 2, issued.key.id)) == "changed");
      } else {
        REQUIRE(other.tell(change + " " + issued.key.id) == "revoked");
      }
      const auto fresh = authenticator.authenticate(text_of(issued));
      for (const auto& way : served.ways(random)) {
        if (fresh) {
          CHECK(code_of(way(fresh.value())) == errc::stale_context);
        }
        CHECK(code_of(way(context)) == errc::stale_context);
        must(way(kept));
        must(way(entered));
      }
      for (std::size_t i = 0; i < readers; ++i) {
        CHECK(code_of(served.read(narrowed, i)) == errc::stale_context);
      }
      must(served.write(must(authenticator.authenticate(kept_text))));

      const auto now = must(test.registry.keys(test.acme.id, {.limit = 500})).items;
      const auto key = std::ranges::find(now, issued.key.id, &tenancy::ApiKey::id);
      REQUIRE(key != now.end());
      const bool is_good =
          !key->revoked_at && (!key->expires_at || *key->expires_at > test.clock->now());
      const auto again = authenticator.authenticate(text_of(issued));
      if (is_good) {
        served.warm(must(again));
        CHECK(again.value().expires_at() == key->expires_at);
      } else {
        CHECK(code_of(again) == errc::invalid_credential);
      }
    }
  }
}

TEST_CASE("whatever two processes do, in any order, every transaction answers for its moment") {
  const Served served;
  const TestStore& test = served.test;
  OtherProcess other{test, test.acme};
  const auto other_registry = test.open_again().registry(tenancy_test::tester());
  std::mt19937_64 random{announced_seed()};

  /// What a context was made from.
  struct Made {
    TenantContext context;
    std::int64_t epoch;
    std::size_t key;
  };
  struct Key {
    std::string id;
    std::string text;
    bool is_revoked = false;
  };
  std::vector<Key> keys;
  std::vector<Made> contexts;
  bool is_active = true;
  std::int64_t epoch = test.acme.epoch;
  const auto authenticator = test.authority.authenticator();
  const auto issue = [&] {
    const auto issued = must(other_registry.issue_key(test.acme.id, {.name = "ci"}));
    keys.push_back({issued.key.id, text_of(issued)});
  };
  for (int i = 0; i < 3; ++i) {
    issue();
  }
  const auto pick = [&random](const auto& of) { return random() % of.size(); };

  for (int round = 0; round < 1500; ++round) {
    CAPTURE(round);
    switch (random() % 12) {
      case 0:
        if (is_active) {
          REQUIRE(other.tell("suspend") == "suspended");
          is_active = false;
          ++epoch;
        }
        break;
      case 1:
      case 2:
        if (!is_active) {
          if (random() % 2 == 0) {
            REQUIRE(other.tell("activate") == "active");
          } else {
            must(test.registry.activate(test.acme.id));
          }
          is_active = true;
          ++epoch;
        }
        break;
      case 3: {
        Key& key = keys[pick(keys)];
        if (random() % 2 == 0) {
          REQUIRE(other.tell("revoke " + key.id) == "revoked");
        } else {
          must(test.registry.revoke_key(test.acme.id, key.id));
        }
        key.is_revoked = true;
        issue();
        break;
      }
      case 4:
      case 5: {
        // A context from memory may be of an earlier epoch, and of a key that is revoked.
        const std::size_t key = keys.size() - 1 - random() % 3;
        const auto made = authenticator.authenticate(keys[key].text);
        if (made) {
          CHECK(made.value().epoch() <= epoch);
          contexts.push_back({made.value(), made.value().epoch(), key});
        } else {
          const bool fits = keys[key].is_revoked
                                ? made.error() == errc::invalid_credential
                                : !is_active && made.error() == errc::tenant_not_active;
          CHECK_MESSAGE(fits, made.error().to_string());
        }
        break;
      }
      default: {
        if (contexts.empty()) {
          break;
        }
        const std::size_t last = std::min<std::size_t>(contexts.size(), 6);
        const Made& made = contexts[contexts.size() - 1 - random() % last];
        const auto outcome = served.ways(random).front()(made.context);
        const bool is_good = is_active && made.epoch == epoch && !keys[made.key].is_revoked;
        CHECK(outcome.has_value() == is_good);
        if (!outcome) {
          CHECK((outcome.error() == errc::tenant_not_active ||
                 outcome.error() == errc::stale_context));
        }
      }
    }
  }
}
