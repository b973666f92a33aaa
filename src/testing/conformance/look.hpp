#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tenancy/core/clock.hpp"
#include "tenancy/core/error.hpp"
#include "tenancy/core/result.hpp"
#include "tenancy/data/mappings.hpp"
#include "tenancy/data/repository.hpp"
#include "tenancy/registry/authority.hpp"
#include "tenancy/registry/open.hpp"
#include "tenancy/registry/tenant.hpp"
#include "tenancy/storage/detail/store_backend.hpp"
#include "tenancy/storage/observer.hpp"
#include "tenancy/storage/store.hpp"
#include "tenancy/testing/conformance.hpp"

#include "testing/conformance/rows.hpp"

namespace tenancy::inline v0::conformance {

/// Ends a check: the promise is broken.
struct Broken {
  std::string what;
};

/// Ends a check: it cannot be made here.
struct NotApplicable {
  std::string why;
};

/// "expected …; seen: …".
[[noreturn]] void broken(std::string_view expected, std::string_view seen);

void expect(bool holds, std::string_view expected, std::string_view seen);

template <class T>
std::string shown(const Result<T>& result) {
  return result ? std::string{"success"}
                : std::string{to_string(result.error().code())} + " (" + result.error().message() +
                      ")";
}

/// The value of what must succeed.
template <class T>
T got(std::string_view what, Result<T> result) {
  if (!result) {
    broken(std::string{what} + " succeeds", shown(result));
  }
  if constexpr (!std::is_void_v<T>) {
    return std::move(result).value();
  }
}

/// What must fail with one of these.
template <class T>
void refused(std::string_view what, const Result<T>& result, std::initializer_list<errc> with) {
  for (const errc code : with) {
    if (!result && result.error() == code) {
      return;
    }
  }
  std::string expected{what};
  expected += " fails with ";
  for (const errc code : with) {
    expected += (code == *with.begin() ? "" : " or ") + std::string{to_string(code)};
  }
  broken(expected, shown(result));
}

template <class T>
void equal(std::string_view what, const T& expected, const T& seen) {
  if (!(expected == seen)) {
    if constexpr (std::is_integral_v<T>) {
      broken(std::string{what} + " is " + std::to_string(expected), std::to_string(seen));
    } else if constexpr (std::is_convertible_v<T, std::string_view>) {
      broken(std::string{what} + " is '" + std::string{expected} + "'",
             "'" + std::string{seen} + "'");
    } else {
      broken(std::string{what} + " is what was stored", "something else");
    }
  }
}

/// Counts alarms.
class AlarmCount final : public StoreObserver {
 public:
  void on_isolation_alarm(const IsolationAlarm& /*alarm*/) noexcept override { ++count_; }
  [[nodiscard]] int count() const noexcept { return count_; }

 private:
  std::atomic<int> count_{0};
};

/// One opened store.
struct Handle {
  Authority authority;
  std::shared_ptr<AlarmCount> alarms;

  [[nodiscard]] Store store() const { return authority.store(); }
  [[nodiscard]] TenantRegistry registry() const { return authority.registry(); }
  [[nodiscard]] TenantContext enter(const Tenant& tenant, Scope scope = Scope::write) const;
  [[nodiscard]] Tenant create(std::string_view slug) const;
  /// What stands behind the handle.
  [[nodiscard]] std::shared_ptr<detail::StoreBackend> backend() const;

  [[nodiscard]] Repository<Card> cards(const TenantContext& context,
                                       const CallOptions& call = {}) const {
    return Repository<Card>{store(), context, call};
  }
};

/// What a check works with: a place of its own, and ways to look at it.
class Look {
 public:
  using Change = std::function<void(OpenOptions&)>;

  Look(const Subject& subject, const RunOptions& options);

  /// Opens the store; the first time with the schema's steps.
  Handle open(const Change& change = {});
  /// Opens it where it is found elsewhere.
  [[nodiscard]] Handle open_at(const std::string& url) const;
  /// What opens it, for calls that take that.
  [[nodiscard]] OpenOptions options() const;

  [[nodiscard]] Place& place() noexcept { return *place_; }
  [[nodiscard]] ManualClock& clock() const noexcept { return *clock_; }
  [[nodiscard]] const RunOptions& run() const noexcept { return run_; }
  [[nodiscard]] std::chrono::milliseconds patience() const noexcept { return run_.patience; }
  /// The next random number below the bound.
  std::uint64_t below(std::uint64_t bound) noexcept;

 private:
  const RunOptions& run_;
  std::unique_ptr<Place> place_;
  std::shared_ptr<ManualClock> clock_;
  std::uint64_t random_;
  bool is_made_ = false;
};

/// A deadline that a waiting call meets soon.
CallOptions soon();

/// An asynchronous write that is waited for.
template <class Unit>
Result<void> write_async(const Store& store, const TenantContext& context, Unit unit) {
  // Shared, since who is told is not the first to be done with it.
  const auto told = std::make_shared<std::promise<Result<void>>>();
  auto outcome = told->get_future();
  store.async_write(context, std::move(unit),
                    [told](AsyncResult<void> result) { told->set_value(std::move(result).get()); });
  return outcome.get();
}

/// Whether it comes true within the time, which only what is broken takes all of.
bool comes_true(std::chrono::milliseconds patience, const std::function<bool()>& holds);

/// A card with that key and title.
Card card(std::string id, std::string title, std::int64_t stars = 0);

/// The titles of a tenant's cards, sorted, by a repository.
std::vector<std::string> titles(const ReadRepository<Card>& cards);
void expect_titles(std::string_view whose, std::vector<std::string> expected,
                   const ReadRepository<Card>& cards);

/// One check.
using Check = void (*)(Look&);
struct Entry {
  Promise promise;
  Check check;
};

// Each group in the order of its checks.
std::vector<Entry> isolation_checks();
std::vector<Entry> gate_checks();
std::vector<Entry> commit_checks();
std::vector<Entry> order_checks();
std::vector<Entry> error_checks();
std::vector<Entry> limit_checks();
std::vector<Entry> service_checks();
std::vector<Entry> fault_checks();

}  // namespace tenancy::inline v0::conformance
