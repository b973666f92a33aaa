// The part of `SiloStore` that goes through all files, one after the other.

#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "storage/sqlite/crossing_session.hpp"
#include "storage/sqlite/snapshot.hpp"
#include "storage/sqlite_silo/gathered_rows.hpp"
#include "storage/sqlite_silo/silo_backup.hpp"
#include "storage/sqlite_silo/silo_store.hpp"

namespace tenancy::inline v0::detail::silo {
namespace {

using sqlite::Watch;
using sqlite::WatchScope;

/// Whether it is the call that ends, and not a file that is not as it should be.
bool ends_call(const Error& error) noexcept {
  return error == errc::deadline_exceeded || error == errc::cancelled ||
         error == errc::forked_process;
}

constexpr const char* gathering_advice =
    "the read kept its snapshot for too long: read in pages, each in a call of its own";

}  // namespace

Result<bool> SiloStore::was_erased(TenantId tenant, const CallOptions& options) {
  return detail::control_read(*control_, options,
                              [&](ControlSession& session) { return is_erased(session, tenant); });
}

bool SiloStore::was_erased_since(TenantId tenant, const CallOptions& options) {
  const auto erased = was_erased(tenant, options);
  return erased && erased.value();
}

Result<void> SiloStore::visit_files(const CallOptions& options,
                                    FunctionRef<Result<void>(StoreBackend&)> visit) {
  BOOST_OUTCOME_TRY(require_same_process(*this));
  BOOST_OUTCOME_TRY(visit(*control_));
  BOOST_OUTCOME_TRY(const auto tenants, detail::control_read(*control_, options, &read_tenants));
  std::optional<Error> first;
  std::size_t failed = 0;
  for (const TenantId tenant : tenants) {
    auto outcome = [&]() -> Result<void> {
      BOOST_OUTCOME_TRY(const auto pinned, pin_fit(tenant, options));
      return visit(*pinned->store);
    }();
    if (outcome) {
      continue;
    }
    if (was_erased_since(tenant, options)) {
      continue;
    }
    if (ends_call(outcome.error())) {
      return outcome;
    }
    ++failed;
    if (!first) {
      first = std::move(outcome).error();
    }
  }
  if (first) {
    return first->with_context(std::to_string(failed) + " of " + std::to_string(tenants.size()) +
                               " tenants' files, the first of which");
  }
  return success();
}

Result<void> SiloStore::crossing_read(std::string_view table, const CallOptions& options,
                                      CrossingBody body) {
  BOOST_OUTCOME_TRY(require_same_process(*this));
  const CallLimits limits{options, options_.max_wait};
  BOOST_OUTCOME_TRY(limits.check());
  BOOST_OUTCOME_TRY(const auto tenants, detail::control_read(*control_, options, &read_tenants));
  BOOST_OUTCOME_TRY(const auto rows, GatheredRows::create(folder_.control_file(), *control_, table,
                                                          options, limits));
  for (const TenantId tenant : tenants) {
    auto pinned = pin_fit(tenant, options);
    if (!pinned && was_erased_since(tenant, options)) {
      continue;
    }
    BOOST_OUTCOME_TRY(const auto file, std::move(pinned));
    BOOST_OUTCOME_TRY(rows->add(*file->store, tenant, options, limits));
  }
  sqlite::Connection& connection = rows->connection();
  const WatchScope watched{connection.watch(), limits,
                           Watch::Budget{coarse_now() + options_.max_snapshot_age,
                                         errc::snapshot_too_old, gathering_advice},
                           true};
  BOOST_OUTCOME_TRY(const auto snapshot, sqlite::Snapshot::begin(connection));
  const SessionContext context{keys(), clock(), options_.observer.get(), fork_mark_,
                               crossing_alarms_};
  sqlite::SqliteCrossingSession session{context, connection};
  body(session);
  return success();
}

Result<BackupReport> SiloStore::backup(const std::filesystem::path& target,
                                       const BackupOptions& options) {
  BOOST_OUTCOME_TRY(require_same_process(*this));
  return write_silo_backup(folder_, target, options, options_.max_wait,
                           [&]() -> Result<std::vector<TenantId>> {
                             return detail::control_read(*control_, options.call, &read_tenants);
                           });
}

Result<void> SiloStore::check_structure(const CallOptions& options) {
  return visit_files(options, [&](StoreBackend& file) { return file.check_structure(options); });
}

Result<CheckpointReport> SiloStore::checkpoint(const CallOptions& options) {
  CheckpointReport all{.took = {}, .wal_bytes = 0, .moved_bytes = 0, .complete = true};
  BOOST_OUTCOME_TRY(visit_files(options, [&](StoreBackend& file) -> Result<void> {
    BOOST_OUTCOME_TRY(const auto report, file.checkpoint(options));
    all.took += report.took;
    all.wal_bytes += report.wal_bytes;
    all.moved_bytes += report.moved_bytes;
    all.complete = all.complete && report.complete;
    return success();
  }));
  return all;
}

Result<VacuumReport> SiloStore::vacuum(const CallOptions& options) {
  VacuumReport all{.bytes_before = 0, .bytes_after = 0, .took = {}};
  BOOST_OUTCOME_TRY(visit_files(options, [&](StoreBackend& file) -> Result<void> {
    BOOST_OUTCOME_TRY(const auto report, file.vacuum(options));
    all.bytes_before += report.bytes_before;
    all.bytes_after += report.bytes_after;
    all.took += report.took;
    return success();
  }));
  return all;
}

Result<StoreStatus> SiloStore::status(const CallOptions& options) {
  BOOST_OUTCOME_TRY(auto all, control_->status(options));
  all.isolation_alarms += files_->past_alarms();
  const auto add = [](std::optional<std::uint64_t>& sum, const std::optional<std::uint64_t>& part) {
    // Of what is not known of each, there is no sum.
    sum = sum && part ? std::optional{*sum + *part} : std::nullopt;
  };
  for (const auto& open : files_->open_now()) {
    BOOST_OUTCOME_TRY(const auto one, open->store->status(options));
    if (one.files != StoreFiles::in_place) {
      BOOST_OUTCOME_TRY(const bool gone, was_erased(open->tenant, options));
      if (gone) {
        // By another program. Nobody is let in; what is still open of it goes now.
        files_->drop(open->tenant);
        all.isolation_alarms += one.isolation_alarms;
        continue;
      }
    }
    if (one.files != StoreFiles::in_place && all.files == StoreFiles::in_place) {
      all.files = one.files;
      all.file = one.file;
    }
    add(all.log_file_bytes, one.log_file_bytes);
    add(all.pages, one.pages);
    add(all.free_pages, one.free_pages);
    all.readers += one.readers;
    all.readers_in_use += one.readers_in_use;
    all.reads_waiting += one.reads_waiting;
    all.writes_waiting += one.writes_waiting;
    all.isolation_alarms += one.isolation_alarms;
    all.log_bytes += one.log_bytes;
    all.log_tries_in_vain += one.log_tries_in_vain;
    all.writes_held_by_log += one.writes_held_by_log;
  }
  std::error_code failure;
  std::uint64_t bytes = 0;
  for (std::filesystem::recursive_directory_iterator entry{folder_.tenants(), failure}, end;
       !failure && entry != end; entry.increment(failure)) {
    std::error_code ignored;
    if (entry->path().extension() == ".db" && entry->is_regular_file(ignored)) {
      const auto size = entry->file_size(ignored);
      bytes += ignored ? 0 : size;
    }
  }
  add(all.file_bytes, failure ? std::nullopt : std::optional{bytes});
  return all;
}

}  // namespace tenancy::inline v0::detail::silo
