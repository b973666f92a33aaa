#pragma once

#include <cstdint>

#include <boost/unordered/unordered_flat_map.hpp>

namespace tenancy::inline v0::detail::sqlite {

/// Which tenants the gate let through on a connection that writes, so that it need not be asked
/// again while nobody else changed the database. What it answers is true in the transaction's own
/// snapshot: a commit of any other connection voids it, and so does work on the control tables,
/// which tenants' statements cannot reach.
///
/// Thread safety: thread-compatible, like the connection it belongs to.
class Admissions {
 public:
  /// A transaction has begun in which the database has this version.
  void begin(std::uint32_t data_version) noexcept {
    if (data_version != version_) {
      epochs_.clear();
      version_ = data_version;
    }
    is_open_ = true;
  }

  /// The connection itself has committed, after which the database has this version.
  void committed(std::uint32_t data_version) noexcept { version_ = data_version; }

  /// The control tables may change now: nothing that the transaction finds from here on is kept,
  /// since it may be rolled back.
  void close() noexcept {
    epochs_.clear();
    is_open_ = false;
  }

  [[nodiscard]] bool admits(std::int64_t tenant, std::int64_t epoch) const noexcept {
    if (!is_open_) {
      return false;
    }
    const auto found = epochs_.find(tenant);
    return found != epochs_.end() && found->second == epoch;
  }

  void remember(std::int64_t tenant, std::int64_t epoch) {
    if (!is_open_) {
      return;
    }
    if (epochs_.size() >= max_tenants) {
      epochs_.clear();
    }
    epochs_[tenant] = epoch;
  }

 private:
  static constexpr std::size_t max_tenants = 8192;

  boost::unordered_flat_map<std::int64_t, std::int64_t> epochs_;
  std::uint32_t version_ = 0;
  bool is_open_ = false;
};

}  // namespace tenancy::inline v0::detail::sqlite
