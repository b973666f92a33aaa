#include "registry/tenant_visits.hpp"

#include <algorithm>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "core/context_mint.hpp"
#include "registry/tenant_rows.hpp"
#include "storage/call_limits.hpp"

namespace tenancy::inline v0 {

Result<void> TenantVisitReport::outcome() const {
  if (ended_early) {
    return *ended_early;
  }
  if (!failures.empty()) {
    return failures.front().error;
  }
  return success();
}

}  // namespace tenancy::inline v0

namespace tenancy::inline v0::detail {
namespace {

constexpr StaticSql active_ids_sql{
    "SELECT tenant_id FROM tenancy_tenants WHERE tenant_id > ?1 AND status = 'active' "
    "ORDER BY tenant_id"};

Result<std::vector<TenantId>> active_tenants(StoreBackend& backend,
                                             const TenantVisitOptions& options) {
  return control_read(backend, options.call,
                      [&](ControlSession& session) -> Result<std::vector<TenantId>> {
                        std::vector<TenantId> tenants;
                        BOOST_OUTCOME_TRY(auto statement, session.prepare(active_ids_sql));
                        statement->bind_int64(1, options.after ? options.after->value() : 0);
                        while (true) {
                          BOOST_OUTCOME_TRY(const bool found, statement->step());
                          if (!found) {
                            return tenants;
                          }
                          BOOST_OUTCOME_TRY(const auto tenant,
                                            TenantId::from_value(statement->int64(0).value_or(0)));
                          tenants.push_back(tenant);
                        }
                      });
}

/// The visits to some tenants, shared by the threads that make them.
///
/// Thread safety: thread-safe; no code of the host's runs under its lock.
class TenantVisits {
 public:
  using Visit = FunctionRef<Result<void>(const TenantContext&)>;

  TenantVisits(StoreBackend& backend, const CrossTenantContext& crossing,
               const TenantVisitOptions& options, std::vector<TenantId> tenants, Visit visit)
      : backend_{backend},
        crossing_{crossing},
        options_{options},
        visit_{visit},
        tenants_{std::move(tenants)},
        is_done_(tenants_.size(), false) {
    report_.total = tenants_.size();
  }

  /// Visits until all are done with or it has to end.
  void work() noexcept {
    try {
      while (const auto index = take()) {
        visit(*index);
      }
    } catch (...) {
      const std::scoped_lock lock{mutex_};
      stops_ = true;
      if (exception_ == nullptr) {
        exception_ = std::current_exception();
      }
    }
  }

  /// Once nobody works any more. Rethrows what left the host's code.
  TenantVisitReport finish() {
    if (exception_ != nullptr) {
      std::rethrow_exception(exception_);
    }
    std::ranges::sort(report_.failures, {}, &TenantVisitFailure::tenant);
    const auto first_left = std::ranges::find(is_done_, false) - is_done_.begin();
    report_.resume_after = first_left == 0
                               ? options_.after
                               : std::optional{tenants_[static_cast<std::size_t>(first_left) - 1]};
    return std::move(report_);
  }

 private:
  std::optional<std::size_t> take() {
    const std::scoped_lock lock{mutex_};
    if (stops_ || next_ == tenants_.size()) {
      return std::nullopt;
    }
    return next_++;
  }

  void visit(std::size_t index) {
    const CallLimits limits{options_.call, {}};
    if (auto goes_on = limits.check(); !goes_on) {
      end(std::move(goes_on).error());
      return;
    }
    const TenantId tenant = tenants_[index];
    const auto epoch = find_epoch(tenant);
    if (!epoch) {
      if (is_absence(epoch.error())) {
        finish(index, &TenantVisitReport::skipped);
      } else {
        end(epoch.error());
      }
      return;
    }
    const auto outcome = visit_(ContextMint::mint(
        backend_.realm(),
        Grant{.tenant = tenant, .principal = crossing_.principal(), .epoch = epoch.assume_value()},
        options_.scope));
    if (outcome) {
      finish(index, &TenantVisitReport::visited);
      return;
    }
    const Error& error = outcome.error();
    if (error == errc::cancelled || error == errc::deadline_exceeded) {
      // When it is this call that is over, the visit was broken off and is still to be made.
      if (auto goes_on = limits.check(); !goes_on) {
        end(std::move(goes_on).error());
        return;
      }
    }
    if (error == errc::tenant_not_active || error == errc::stale_context) {
      // A tenant that was suspended since it was looked up is left out. What failed for another
      // reason, such as a context of the visitor's own, is not.
      const auto now = find_epoch(tenant);
      if (!now && !is_absence(now.error())) {
        end(now.error());
        return;
      }
      if (!now || now.assume_value() != epoch.assume_value()) {
        finish(index, &TenantVisitReport::skipped);
        return;
      }
    }
    fail(index, error);
  }

  Result<std::int64_t> find_epoch(TenantId tenant) {
    return control_read(backend_, options_.call, [&](ControlSession& session) {
      return find_active_epoch(session, tenant);
    });
  }
  static bool is_absence(const Error& error) noexcept {
    return error == errc::tenant_not_active || error == errc::not_found;
  }

  void finish(std::size_t index, std::uint64_t TenantVisitReport::*counter) {
    std::uint64_t done = 0;
    {
      const std::scoped_lock lock{mutex_};
      ++(report_.*counter);
      is_done_[index] = true;
      done = report_.visited + report_.skipped + report_.failed;
    }
    tell(index, done);
  }

  void fail(std::size_t index, const Error& error) {
    std::uint64_t done = 0;
    {
      const std::scoped_lock lock{mutex_};
      ++report_.failed;
      if (report_.failures.size() < TenantVisitReport::max_failures) {
        report_.failures.push_back({tenants_[index], error});
      }
      if (options_.on_failure == OnFailedVisit::stop) {
        stops_ = true;
        if (!report_.ended_early) {
          report_.ended_early = error;
        }
      } else {
        is_done_[index] = true;
      }
      done = report_.visited + report_.skipped + report_.failed;
    }
    tell(index, done);
  }

  void tell(std::size_t index, std::uint64_t done) const {
    if (options_.progress) {
      options_.progress({tenants_[index], done, tenants_.size()});
    }
  }

  void end(Error error) {
    const std::scoped_lock lock{mutex_};
    stops_ = true;
    if (!report_.ended_early) {
      report_.ended_early = std::move(error);
    }
  }

  StoreBackend& backend_;
  const CrossTenantContext& crossing_;
  const TenantVisitOptions& options_;
  const Visit visit_;
  const std::vector<TenantId> tenants_;

  std::mutex mutex_;
  std::vector<bool> is_done_;
  TenantVisitReport report_;
  std::exception_ptr exception_;
  std::size_t next_ = 0;
  bool stops_ = false;
};

/// Threads that are waited for in the end.
class Crew {
 public:
  Crew() = default;
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;
  ~Crew() {
    for (std::thread& thread : threads_) {
      thread.join();
    }
  }

  /// Those that can be had.
  void hire(std::size_t count, TenantVisits& visits) {
    threads_.reserve(count);
    try {
      while (threads_.size() < count) {
        threads_.emplace_back([&visits] { visits.work(); });
      }
    } catch (const std::system_error&) {
      // The caller's own thread does what no other can be had for.
    }
  }

 private:
  std::vector<std::thread> threads_;
};

}  // namespace

Result<TenantVisitReport> visit_tenants(StoreBackend& backend, const CrossTenantContext& crossing,
                                        const TenantVisitOptions& options,
                                        FunctionRef<Result<void>(const TenantContext&)> visit) {
  BOOST_OUTCOME_TRY(require_same_process(backend));
  BOOST_OUTCOME_TRY(require_own(backend, crossing));
  if (!is_scope(options.scope)) {
    return Error{errc::invalid_argument, "the number is none of the scopes"};
  }
  if (options.threads < 1 || options.threads > TenantVisitOptions::max_threads) {
    return Error{errc::invalid_argument, "TenantVisitOptions::threads is 1 to 64"};
  }
  BOOST_OUTCOME_TRY(ContextMint::record_use(crossing, CrossingUse::iteration,
                                            to_string(options.scope), backend.clock().now(),
                                            options.call));
  BOOST_OUTCOME_TRY(auto tenants, active_tenants(backend, options));
  const std::size_t threads = std::min<std::size_t>(options.threads, tenants.size());
  TenantVisits visits{backend, crossing, options, std::move(tenants), visit};
  {
    Crew crew;
    if (threads > 1) {
      crew.hire(threads - 1, visits);
    }
    visits.work();
  }
  return visits.finish();
}

}  // namespace tenancy::inline v0::detail
