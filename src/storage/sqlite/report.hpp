#pragma once

#include <chrono>
#include <utility>

#include "tenancy/storage/observer.hpp"

#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/write_unit.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// Tells the observer what a tenant's read cost once its connection is given back, however the
/// transaction ends.
///
/// Thread safety: thread-compatible.
class ReadReport {
 public:
  ReadReport(StoreObserver* observer, TenantId tenant) noexcept
      : observer_{observer}, report_{TransactionKind::read, tenant, false, {}, {}, 0} {
    if (observer_ != nullptr) {
      last_ = Steady::now();
    }
  }
  ReadReport(const ReadReport&) = delete;
  ReadReport& operator=(const ReadReport&) = delete;
  ~ReadReport() {
    if (observer_ != nullptr) {
      report_.held = lap();
      observer_->on_transaction(report_);
    }
  }

  void connected(const Connection& connection) noexcept {
    if (observer_ != nullptr) {
      report_.waited = lap();
      prepared_before_ = connection.statements().prepared();
    }
  }
  void succeeded(bool succeeded) noexcept { report_.committed = succeeded; }
  void ran(const Connection& connection, bool succeeded) noexcept {
    report_.committed = succeeded;
    if (observer_ != nullptr) {
      report_.prepared =
          static_cast<std::uint32_t>(connection.statements().prepared() - prepared_before_);
    }
  }

 private:
  using Steady = std::chrono::steady_clock;

  Steady::duration lap() noexcept {
    const auto now = Steady::now();
    return now - std::exchange(last_, now);
  }

  StoreObserver* observer_;
  TransactionReport report_;
  Steady::time_point last_;
  std::uint64_t prepared_before_ = 0;
};

/// The same of a write, whose costs the writer notes in the unit.
///
/// Thread safety: thread-compatible.
class WriteReport {
 public:
  /// The write waits from here on.
  WriteReport(StoreObserver* observer, TenantId tenant, const WriteUnit& unit) noexcept
      : observer_{observer}, tenant_{tenant}, unit_{unit} {
    if (observer_ != nullptr) {
      submitted_ = Steady::now();
    }
  }
  WriteReport(const WriteReport&) = delete;
  WriteReport& operator=(const WriteReport&) = delete;
  ~WriteReport() { ended(false); }

  /// Reports, unless it has done so.
  void ended(bool committed) noexcept {
    StoreObserver* const observer = std::exchange(observer_, nullptr);
    if (observer == nullptr) {
      return;
    }
    const bool ran = unit_.started != Steady::time_point{};
    observer->on_transaction(TransactionReport{TransactionKind::write, tenant_, committed,
                                               (ran ? unit_.started : Steady::now()) - submitted_,
                                               unit_.held, unit_.prepared});
  }

 private:
  using Steady = std::chrono::steady_clock;

  StoreObserver* observer_;
  TenantId tenant_;
  const WriteUnit& unit_;
  Steady::time_point submitted_;
};

}  // namespace tenancy::inline v0::detail::sqlite
