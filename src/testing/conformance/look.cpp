#include "testing/conformance/look.hpp"

#include <algorithm>
#include <thread>

#include "storage/backend.hpp"

namespace tenancy::inline v0::conformance {
namespace {

/// Where the clock stands at first: 2023-11-14T22:13:20Z.
constexpr Timestamp start = Timestamp::from_microseconds(1'700'000'000'000'000);

/// Longer than any check takes: no limit of the store's ends what another promise is about.
constexpr std::chrono::milliseconds long_enough{120'000};

}  // namespace

void broken(std::string_view expected, std::string_view seen) {
  throw Broken{"expected: " + std::string{expected} + "; seen: " + std::string{seen}};
}

void expect(bool holds, std::string_view expected, std::string_view seen) {
  if (!holds) {
    broken(expected, seen);
  }
}

TenantContext Handle::enter(const Tenant& tenant, Scope scope) const {
  return got("entering a tenant", authority.enter(tenant.id, Principal::host(), scope));
}

Tenant Handle::create(std::string_view slug) const {
  return got("creating a tenant", registry().create({std::string{slug}, std::string{slug}}));
}

std::shared_ptr<detail::StoreBackend> Handle::backend() const {
  return detail::StoreAccess::backend(store());
}

Look::Look(const Subject& subject, const RunOptions& options)
    : run_{options},
      place_{subject.make_place()},
      clock_{std::make_shared<ManualClock>(start)},
      random_{options.seed} {
  if (place_ == nullptr) {
    broken("Subject::make_place gives a place", "a null pointer");
  }
}

OpenOptions Look::options() const {
  auto options = place_->options();
  const auto* const opener =
      got("finding who opens the URL", detail::find_opener(place_->url(), options.kinds));
  options.migrations = kit_schema(opener->dialect());
  options.mappings = mappings<Card, Sample>();
  options.store.clock = clock_;
  options.store.max_wait = long_enough;
  options.store.max_snapshot_age = long_enough;
  options.store.writes.max_unit_hold = long_enough;
  return options;
}

Handle Look::open(const Change& change) {
  auto opened = options();
  if (std::exchange(is_made_, true)) {
    // Whoever applies the steps may be somebody else than who serves.
    opened.schema = SchemaMode::verify;
    opened.owner_url.clear();
  }
  const auto alarms = std::make_shared<AlarmCount>();
  opened.store.observer = alarms;
  if (change) {
    change(opened);
  }
  return Handle{got("opening the store", tenancy::open(place_->url(), std::move(opened))), alarms};
}

Handle Look::open_at(const std::string& url) const {
  auto opened = options();
  const auto alarms = std::make_shared<AlarmCount>();
  opened.store.observer = alarms;
  return Handle{got("opening the store where it is found", tenancy::open(url, std::move(opened))),
                alarms};
}

std::uint64_t Look::below(std::uint64_t bound) noexcept {
  // SplitMix64, by Sebastiano Vigna: the same everywhere for the same seed.
  random_ += 0x9e3779b97f4a7c15U;
  std::uint64_t mixed = random_;
  mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
  mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
  return (mixed ^ (mixed >> 31U)) % bound;
}

CallOptions soon() { return CallOptions::within(std::chrono::milliseconds{40}); }

bool comes_true(std::chrono::milliseconds patience, const std::function<bool()>& holds) {
  const auto until = CallOptions::Clock::now() + patience;
  while (!holds()) {
    if (CallOptions::Clock::now() >= until) {
      return false;
    }
    std::this_thread::yield();
  }
  return true;
}

Card card(std::string id, std::string title, std::int64_t stars) {
  return Card{.id = std::move(id), .title = std::move(title), .stars = stars};
}

std::vector<std::string> titles(const ReadRepository<Card>& cards) {
  std::vector<std::string> all;
  const auto page = got("listing a tenant's rows", cards.list(PageRequest{.limit = 500}));
  for (const auto& one : page.items) {
    all.push_back(one.title);
  }
  std::ranges::sort(all);
  return all;
}

void expect_titles(std::string_view whose, std::vector<std::string> expected,
                   const ReadRepository<Card>& cards) {
  std::ranges::sort(expected);
  const auto seen = titles(cards);
  if (seen == expected) {
    return;
  }
  const auto list = [](const std::vector<std::string>& texts) {
    std::string all;
    for (const auto& text : texts) {
      all += (all.empty() ? "'" : ", '") + text + "'";
    }
    return all.empty() ? std::string{"no rows"} : all;
  };
  broken(std::string{whose} + " has the rows " + list(expected), list(seen));
}

}  // namespace tenancy::inline v0::conformance
