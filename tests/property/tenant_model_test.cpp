// Random work on the registry, each answer compared with a model of it that knows the rules from
// the documentation alone: who may become what, which versions and epochs there are, what is told
// to an observer, and what every list shows.

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/registry/tenant_observer.hpp"

#include "property/status_arrows.hpp"
#include "support/test_store.hpp"

using tenancy::ApiKey;
using tenancy::errc;
using tenancy::IdentifierChange;
using tenancy::Order;
using tenancy::Result;
using tenancy::Scope;
using tenancy::Tenant;
using tenancy::TenantChange;
using tenancy::TenantFilter;
using tenancy::TenantId;
using tenancy::TenantIdentifier;
using tenancy::TenantStatus;
using tenancy::Timestamp;
using tenancy_test::all_statuses;
using tenancy_test::code_of;
using tenancy_test::has_arrow;
using tenancy_test::must;
using tenancy_test::tester;
using tenancy_test::TestStore;

namespace {

/// Takes numbers from one seed, so that a failure can be run again.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_{seed} {}
  int below(int bound) { return std::uniform_int_distribution{0, bound - 1}(engine_); }
  bool one_in(int n) { return below(n) == 0; }
  template <class Range>
  const auto& pick(const Range& range) {
    return *std::next(std::begin(range), below(static_cast<int>(std::size(range))));
  }

 private:
  std::mt19937_64 engine_;
};

std::string describe(const Tenant& tenant) {
  std::ostringstream out;
  out << tenant.id.to_string() << ' ' << tenant.slug.to_string() << " '" << tenant.name << "' "
      << to_string(tenant.status) << " plan=" << tenant.plan << " t=" << tenant.template_version
      << " meta=" << tenant.metadata << " epoch=" << tenant.epoch << " v=" << tenant.version
      << " at=" << tenant.created_at.microseconds() << '/' << tenant.updated_at.microseconds();
  for (const auto& [name, id] : tenant.workflow_ids) {
    out << ' ' << name << "->" << id;
  }
  return out.str();
}

std::string describe(const ApiKey& key) {
  const auto time = [](const std::optional<Timestamp>& at) {
    return at ? std::to_string(at->microseconds()) : std::string{"never"};
  };
  return key.id + ' ' + key.tenant.to_string() + " '" + key.name + "' " +
         std::string{to_string(key.scope)} + ' ' + time(key.created_at) + ' ' +
         time(key.expires_at) + ' ' + time(key.revoked_at) + ' ' + time(key.last_used_at);
}

/// Keeps what it is told, one text an event.
class Recorder final : public tenancy::TenantObserver {
 public:
  void on_created(const tenancy::TenantCreated& event) noexcept override {
    add("created", event.by, describe(event.tenant));
  }
  void on_updated(const tenancy::TenantUpdated& event) noexcept override {
    add("updated", event.by, describe(event.before) + " => " + describe(event.after));
  }
  void on_status_changed(const tenancy::TenantStatusChanged& event) noexcept override {
    add("status", event.by, describe(event.before) + " => " + describe(event.after));
  }
  void on_identifier_changed(const tenancy::TenantIdentifierChanged& event) noexcept override {
    add(event.change == IdentifierChange::added ? "added" : "removed", event.by,
        event.identifier.to_string() + " of " + describe(event.tenant));
  }
  void on_api_key_changed(const tenancy::ApiKeyChanged& event) noexcept override {
    static constexpr std::array names{"issued", "expiry", "revoked"};
    add(names.at(static_cast<std::size_t>(event.change)), event.by, describe(event.key));
  }

  std::vector<std::string> take() { return std::exchange(events_, {}); }

 private:
  void add(const std::string& what, const tenancy::Principal& by, const std::string& of) {
    events_.push_back(what + " by " + by.to_string() + ": " + of);
  }

  std::vector<std::string> events_;
};

std::string told(const std::string& what, const std::string& of) {
  return what + " by " + tester().to_string() + ": " + of;
}

struct ModelTenant {
  Tenant tenant;
  std::set<TenantIdentifier> identifiers;
  std::vector<ApiKey> keys;
};

const std::vector<std::string>& names() {
  static const std::vector<std::string> all{"Acme", "acme two",    "50% off",      "a_b",
                                            "axb",  "back\\slash", "\xC3\x84rger", "\xC3\xA4rger"};
  return all;
}
const std::vector<std::string>& searches() {
  static const std::vector<std::string> all{"acme",     "ACME", "%",  "_", "\\",  "a_b",   "A_B",
                                            "\xC3\xA4", "s1",   "S1", "0", "off", "nobody"};
  return all;
}
const std::vector<std::string>& plans() {
  static const std::vector<std::string> all{"", "free", "pro"};
  return all;
}
const std::vector<std::string>& versions() {
  static const std::vector<std::string> all{"", "2026-01", "2026-02"};
  return all;
}

std::string folded(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

bool contains(const std::string& text, const std::string& part) {
  return folded(text).find(folded(part)) != std::string::npos;
}

/// The registry, and what it must be.
class Game {
 public:
  Game(const TestStore& test, Recorder& recorder, Dice& dice)
      : test_{test}, recorder_{recorder}, dice_{dice} {
    for (const auto& tenant : {test.acme, test.globex}) {
      tenants_.emplace(tenant.id, ModelTenant{tenant, {}, {}});
    }
    recorder_.take();
  }

  void play() {
    test_.clock->advance(Timestamp::Duration{dice_.below(3)});
    switch (dice_.below(16)) {
      case 0:
        play_create();
        break;
      case 1:
      case 2:
        play_update();
        break;
      case 3:
      case 4:
      case 5:
        play_status();
        break;
      case 6:
      case 7:
        play_add_identifier();
        break;
      case 8:
        play_remove_identifier();
        break;
      case 9:
        play_issue();
        break;
      case 10:
        play_expire();
        break;
      case 11:
        play_revoke();
        break;
      case 12:
      case 13:
        play_find();
        break;
      case 14:
        play_pages();
        break;
      default:
        play_cursors();
        break;
    }
    CHECK(recorder_.take() == std::exchange(expected_, {}));
  }

  void compare_all() const {
    for (const auto& [id, known] : tenants_) {
      CHECK(must(test_.registry.find(id)) == known.tenant);
      compare_identifiers(id);
      compare_keys(id);
    }
    CHECK(must(test_.registry.list({.limit = 1, .number = 1})).numbers->total ==
          static_cast<std::int64_t>(tenants_.size()));
  }

 private:
  [[nodiscard]] Timestamp now() const { return test_.clock->now(); }

  /// Nearly always one that is there.
  TenantId some_id() {
    return dice_.one_in(40) ? TenantId::generate() : dice_.pick(tenants_).first;
  }
  ModelTenant* find(TenantId id) {
    const auto found = tenants_.find(id);
    return found == tenants_.end() ? nullptr : &found->second;
  }

  TenantIdentifier some_identifier() {
    static const std::vector<std::string> kinds{"space", "crm"};
    return must(TenantIdentifier::parse(dice_.pick(kinds), "i" + std::to_string(dice_.below(30))));
  }
  [[nodiscard]] std::optional<TenantId> holder_of(const TenantIdentifier& identifier) const {
    for (const auto& [id, known] : tenants_) {
      if (known.identifiers.contains(identifier)) {
        return id;
      }
    }
    return std::nullopt;
  }

  std::optional<std::int64_t> some_version(const ModelTenant* known) {
    if (known == nullptr || dice_.one_in(2)) {
      return std::nullopt;
    }
    const std::int64_t right = known->tenant.version;
    return dice_.one_in(3) ? right + (dice_.one_in(2) ? 1 : -1) : right;
  }

  static bool is_seen(const ModelTenant& known, std::optional<std::int64_t> version) {
    return !version || *version == known.tenant.version;
  }

  void changed(ModelTenant& known) {
    ++known.tenant.version;
    known.tenant.updated_at = now();
  }

  void play_create() {
    tenancy::NewTenant wanted{.slug = "s" + std::to_string(dice_.below(60)),
                              .name = dice_.pick(names()),
                              .plan = dice_.pick(plans()),
                              .template_version = dice_.pick(versions())};
    if (dice_.one_in(3)) {
      wanted.status = dice_.pick(all_statuses);
    }
    for (int i = dice_.below(3); i > 0; --i) {
      wanted.identifiers.push_back(some_identifier());
    }
    const std::set<TenantIdentifier> identifiers{wanted.identifiers.begin(),
                                                 wanted.identifiers.end()};
    const auto made = test_.registry.create(wanted);
    if (wanted.status != TenantStatus::active && wanted.status != TenantStatus::provisioning) {
      CHECK(code_of(made) == errc::invalid_argument);
      return;
    }
    const bool slug_was_given = std::ranges::any_of(tenants_, [&](const auto& each) {
      return each.second.tenant.slug.to_string() == wanted.slug;
    });
    const bool is_taken = identifiers.size() != wanted.identifiers.size() ||
                          std::ranges::any_of(identifiers, [&](const auto& each) {
                            return holder_of(each).has_value();
                          });
    if (slug_was_given || is_taken) {
      CHECK(code_of(made) == errc::already_exists);
      return;
    }
    const Tenant tenant = must(made);
    REQUIRE_FALSE(tenants_.contains(tenant.id));
    CHECK(tenant == Tenant{.id = tenant.id,
                           .slug = must(tenancy::Slug::parse(wanted.slug)),
                           .name = wanted.name,
                           .status = wanted.status,
                           .plan = wanted.plan,
                           .template_version = wanted.template_version,
                           .workflow_ids = {},
                           .metadata = "{}",
                           .epoch = 1,
                           .version = 1,
                           .created_at = now(),
                           .updated_at = now()});
    tenants_.emplace(tenant.id, ModelTenant{tenant, identifiers, {}});
    expected_.push_back(told("created", describe(tenant)));
  }

  void play_update() {
    TenantChange change;
    if (dice_.one_in(2)) {
      change.name = dice_.pick(names());
    }
    if (dice_.one_in(3)) {
      change.plan = dice_.pick(plans());
    }
    if (dice_.one_in(3)) {
      change.template_version = dice_.pick(versions());
    }
    if (dice_.one_in(4)) {
      change.workflow_ids.emplace();
      for (int i = dice_.below(3); i > 0; --i) {
        change.workflow_ids->emplace("w" + std::to_string(dice_.below(3)),
                                     "id \"" + std::to_string(dice_.below(2)) + "\"");
      }
    }
    if (dice_.one_in(4)) {
      change.metadata = R"({"n": )" + std::to_string(dice_.below(3)) + "}";
    }
    const TenantId id = some_id();
    ModelTenant* const known = find(id);
    const auto version = some_version(known);
    const bool renames_only = change.name && !change.plan && !change.template_version &&
                              !change.workflow_ids && !change.metadata && dice_.one_in(2);
    const auto updated = renames_only ? test_.registry.rename(id, *change.name, version)
                                      : test_.registry.update(id, change, version);
    if (known == nullptr) {
      CHECK(code_of(updated) == errc::not_found);
    } else if (!is_seen(*known, version)) {
      CHECK(code_of(updated) == errc::version_conflict);
    } else if (known->tenant.status == TenantStatus::archived) {
      CHECK(code_of(updated) == errc::invalid_transition);
    } else {
      const Tenant before = known->tenant;
      Tenant& tenant = known->tenant;
      tenant.name = change.name.value_or(tenant.name);
      tenant.plan = change.plan.value_or(tenant.plan);
      tenant.template_version = change.template_version.value_or(tenant.template_version);
      tenant.workflow_ids = change.workflow_ids.value_or(tenant.workflow_ids);
      tenant.metadata = change.metadata.value_or(tenant.metadata);
      if (tenant != before) {
        changed(*known);
        expected_.push_back(told("updated", describe(before) + " => " + describe(tenant)));
      }
      CHECK(must(updated) == tenant);
    }
  }

  Result<Tenant> ask_for(TenantId id, TenantStatus to, std::optional<std::int64_t> version) {
    switch (to) {
      case TenantStatus::active:
        return test_.registry.activate(id, version);
      case TenantStatus::inactive:
        return test_.registry.deactivate(id, version);
      case TenantStatus::suspended:
        return test_.registry.suspend(id, version);
      default:
        return test_.registry.archive(id, version);
    }
  }

  void play_status() {
    // Archiving is for good, so it is rare.
    static constexpr std::array common{TenantStatus::active, TenantStatus::inactive,
                                       TenantStatus::suspended};
    const auto to = dice_.one_in(15) ? TenantStatus::archived : dice_.pick(common);
    const TenantId id = some_id();
    ModelTenant* const known = find(id);
    const auto version = some_version(known);
    const auto answer = ask_for(id, to, version);
    if (known == nullptr) {
      CHECK(code_of(answer) == errc::not_found);
    } else if (!is_seen(*known, version)) {
      CHECK(code_of(answer) == errc::version_conflict);
    } else if (known->tenant.status == to) {
      CHECK(must(answer) == known->tenant);
    } else if (!has_arrow(known->tenant.status, to)) {
      CHECK(code_of(answer) == errc::invalid_transition);
    } else {
      const Tenant before = known->tenant;
      known->tenant.status = to;
      ++known->tenant.epoch;
      changed(*known);
      CHECK(must(answer) == known->tenant);
      expected_.push_back(told("status", describe(before) + " => " + describe(known->tenant)));
    }
  }

  void play_add_identifier() {
    const TenantId id = some_id();
    ModelTenant* const known = find(id);
    const auto identifier = some_identifier();
    const auto answer = test_.registry.add_identifier(id, identifier);
    if (known == nullptr) {
      CHECK(code_of(answer) == errc::not_found);
    } else if (known->identifiers.contains(identifier)) {
      CHECK(must(answer) == known->tenant);
    } else if (known->tenant.status == TenantStatus::archived) {
      CHECK(code_of(answer) == errc::invalid_transition);
    } else if (holder_of(identifier)) {
      CHECK(code_of(answer) == errc::already_exists);
    } else {
      known->identifiers.insert(identifier);
      changed(*known);
      CHECK(must(answer) == known->tenant);
      expected_.push_back(told("added", identifier.to_string() + " of " + describe(known->tenant)));
    }
  }

  void play_remove_identifier() {
    const auto identifier = some_identifier();
    const auto holder = holder_of(identifier);
    const TenantId id = holder && dice_.one_in(2) ? *holder : some_id();
    const auto answer = test_.registry.remove_identifier(id, identifier);
    if (holder != id) {
      CHECK(code_of(answer) == errc::not_found);
    } else {
      ModelTenant& known = *find(id);
      known.identifiers.erase(identifier);
      changed(known);
      CHECK(must(answer) == known.tenant);
      expected_.push_back(
          told("removed", identifier.to_string() + " of " + describe(known.tenant)));
    }
  }

  std::optional<Timestamp> some_expiry() {
    return dice_.one_in(3) ? std::nullopt
                           : std::optional{now() + std::chrono::seconds{dice_.below(5) - 2}};
  }

  void play_issue() {
    const TenantId id = some_id();
    ModelTenant* const known = find(id);
    const tenancy::ApiKeyRequest request{.name = dice_.pick(names()),
                                         .scope = static_cast<Scope>(dice_.below(3)),
                                         .expires_at = some_expiry()};
    const auto answer = test_.registry.issue_key(id, request);
    if (known == nullptr) {
      CHECK(code_of(answer) == errc::not_found);
    } else if (known->tenant.status == TenantStatus::archived) {
      CHECK(code_of(answer) == errc::invalid_transition);
    } else if (request.expires_at && *request.expires_at <= now()) {
      CHECK(code_of(answer) == errc::invalid_argument);
    } else {
      REQUIRE(answer.has_value());
      const ApiKey& key = answer.value().key;
      CHECK(key_ids_.insert(key.id).second);
      CHECK(describe(key) == describe(ApiKey{.id = key.id,
                                             .tenant = id,
                                             .name = request.name,
                                             .scope = request.scope,
                                             .created_at = now(),
                                             .expires_at = request.expires_at,
                                             .revoked_at = std::nullopt,
                                             .last_used_at = std::nullopt}));
      known->keys.push_back(key);
      expected_.push_back(told("issued", describe(key)));
    }
  }

  /// A key of some tenant, or none, and the tenant that is named for it: not always its own.
  struct Named {
    TenantId tenant;
    std::string key;
    ApiKey* known;
  };
  Named some_key() {
    auto& holder =
        std::next(tenants_.begin(), dice_.below(static_cast<int>(tenants_.size())))->second;
    if (holder.keys.empty()) {
      return {holder.tenant.id, "0000000000000000", nullptr};
    }
    auto& key = *std::next(holder.keys.begin(), dice_.below(static_cast<int>(holder.keys.size())));
    const TenantId named = dice_.one_in(5) ? some_id() : holder.tenant.id;
    return {named, key.id, named == holder.tenant.id ? &key : nullptr};
  }

  void play_expire() {
    const Named named = some_key();
    const auto expiry = some_expiry();
    const auto answer = test_.registry.expire_key(named.tenant, named.key, expiry);
    if (named.known == nullptr) {
      CHECK(code_of(answer) == errc::not_found);
    } else if (named.known->revoked_at) {
      CHECK(code_of(answer) == errc::invalid_transition);
    } else {
      const bool differs = named.known->expires_at != expiry;
      named.known->expires_at = expiry;
      CHECK(describe(must(answer)) == describe(*named.known));
      if (differs) {
        expected_.push_back(told("expiry", describe(*named.known)));
      }
    }
  }

  void play_revoke() {
    const Named named = some_key();
    const auto answer = test_.registry.revoke_key(named.tenant, named.key);
    if (named.known == nullptr) {
      CHECK(code_of(answer) == errc::not_found);
      return;
    }
    const bool is_new = !named.known->revoked_at;
    if (is_new) {
      named.known->revoked_at = now();
      expected_.push_back(told("revoked", describe(*named.known)));
    }
    CHECK(describe(must(answer)) == describe(*named.known));
  }

  void compare_identifiers(TenantId id) const {
    const auto& known = tenants_.at(id).identifiers;
    CHECK(must(test_.registry.identifiers(id)) ==
          std::vector<TenantIdentifier>(known.begin(), known.end()));
  }
  void compare_keys(TenantId id) const {
    auto known = tenants_.at(id).keys;
    std::ranges::sort(known, [](const ApiKey& a, const ApiKey& b) {
      return std::pair{b.created_at, b.id} < std::pair{a.created_at, a.id};
    });
    const auto listed = must(test_.registry.keys(id, {.limit = 500})).items;
    REQUIRE(listed.size() == known.size());
    for (std::size_t i = 0; i < known.size(); ++i) {
      CHECK(describe(listed[i]) == describe(known[i]));
    }
  }

  void play_find() {
    const TenantId id = some_id();
    const ModelTenant* const known = find(id);
    if (known == nullptr) {
      CHECK(code_of(test_.registry.find(id)) == errc::not_found);
      CHECK(code_of(test_.registry.identifiers(id)) == errc::not_found);
      CHECK(code_of(test_.registry.keys(id)) == errc::not_found);
      return;
    }
    CHECK(must(test_.registry.find(id)) == known->tenant);
    CHECK(must(test_.registry.find(known->tenant.slug)) == known->tenant);
    compare_identifiers(id);
    compare_keys(id);
    const auto identifier = some_identifier();
    const auto holder = holder_of(identifier);
    const auto found = test_.registry.find(identifier);
    if (holder) {
      CHECK(must(found) == tenants_.at(*holder).tenant);
    } else {
      CHECK(code_of(found) == errc::not_found);
    }
    const auto entered = test_.authority.enter(id, tester());
    if (known->tenant.status == TenantStatus::active) {
      CHECK(must(entered).epoch() == known->tenant.epoch);
    } else {
      CHECK(code_of(entered) == errc::tenant_not_active);
    }
  }

  TenantFilter some_filter() {
    TenantFilter filter;
    if (dice_.one_in(3)) {
      filter.status = dice_.pick(all_statuses);
    }
    if (dice_.one_in(4)) {
      filter.plan = dice_.pick(plans());
    }
    if (dice_.one_in(5)) {
      filter.template_version = dice_.pick(versions());
    }
    if (dice_.one_in(3)) {
      filter.search = dice_.pick(searches());
    }
    if (dice_.one_in(5)) {
      filter.created_from = dice_.pick(tenants_).second.tenant.created_at;
    }
    if (dice_.one_in(5)) {
      filter.created_before = dice_.pick(tenants_).second.tenant.created_at;
    }
    return filter;
  }

  [[nodiscard]] std::vector<Tenant> fitting(const TenantFilter& filter, Order order) const {
    std::vector<Tenant> fitting;
    for (const auto& [id, known] : tenants_) {
      const Tenant& tenant = known.tenant;
      const bool fits =
          (!filter.status || tenant.status == *filter.status) &&
          (!filter.plan || tenant.plan == *filter.plan) &&
          (!filter.template_version || tenant.template_version == *filter.template_version) &&
          (!filter.search || contains(tenant.slug.to_string(), *filter.search) ||
           contains(tenant.name, *filter.search)) &&
          (!filter.created_from || tenant.created_at >= *filter.created_from) &&
          (!filter.created_before || tenant.created_at < *filter.created_before);
      if (fits) {
        fitting.push_back(tenant);
      }
    }
    std::ranges::sort(fitting, [](const Tenant& a, const Tenant& b) {
      return std::pair{a.created_at, a.id} < std::pair{b.created_at, b.id};
    });
    if (order == Order::newest_first) {
      std::ranges::reverse(fitting);
    }
    return fitting;
  }

  Order some_order() { return dice_.one_in(2) ? Order::newest_first : Order::oldest_first; }

  void play_pages() {
    const auto filter = some_filter();
    const auto order = some_order();
    const std::int64_t limit = 1 + dice_.below(7);
    const std::int64_t number = 1 + dice_.below(5);
    const auto page =
        must(test_.registry.list({.limit = limit, .number = number, .order = order}, filter));
    const auto all = fitting(filter, order);
    const auto total = static_cast<std::int64_t>(all.size());
    const auto begin = std::min(total, limit * (number - 1));
    const auto end = std::min(total, begin + limit);
    CHECK(page.items == std::vector<Tenant>(all.begin() + begin, all.begin() + end));
    CHECK(page.has_next == (end < total));
    CHECK(page.has_previous == (number > 1));
    CHECK(page.numbers->total == total);
    CHECK(page.numbers->total_pages == (total + limit - 1) / limit);
  }

  void play_cursors() {
    const auto filter = some_filter();
    tenancy::PageRequest request{.limit = 1 + dice_.below(6), .order = some_order()};
    std::vector<Tenant> walked;
    while (true) {
      auto page = must(test_.registry.list(request, filter));
      CHECK(page.has_previous == request.cursor.has_value());
      CHECK(page.next_cursor.has_value() == page.has_next);
      std::ranges::move(page.items, std::back_inserter(walked));
      if (!page.has_next) {
        break;
      }
      request.cursor = page.next_cursor;
    }
    CHECK(walked == fitting(filter, request.order));
  }

  const TestStore& test_;
  Recorder& recorder_;
  Dice& dice_;
  std::map<TenantId, ModelTenant> tenants_;
  std::set<std::string> key_ids_;
  std::vector<std::string> expected_;
};

std::uint64_t seed() {
  const char* const given = std::getenv("TENANCY_TEST_SEED");
  return given != nullptr ? std::stoull(given) : std::random_device{}();
}

}  // namespace

TEST_CASE("random work on the registry agrees with a model of it") {
  const auto chosen = seed();
  std::cout << "TENANCY_TEST_SEED=" << chosen << '\n';
  CAPTURE(chosen);
  Dice dice{chosen};
  const auto recorder = std::make_shared<Recorder>();
  const TestStore test{{}, tenancy_test::test_schema(), {}, {.observer = recorder}};
  Game game{test, *recorder, dice};
  const int rounds =
      tenancy_test::of_random_work(std::getenv("TENANCY_TEST_LONG") != nullptr ? 500'000 : 8'000);
  for (int round = 0; round < rounds; ++round) {
    CAPTURE(round);
    game.play();
  }
  game.compare_all();
}
