#include "storage/sqlite_silo/silo_store.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "storage/sqlite/crossing_session.hpp"
#include "storage/sqlite/file_checks.hpp"
#include "storage/sqlite/identity.hpp"
#include "storage/sqlite/snapshot.hpp"
#include "storage/sqlite_silo/gathered_rows.hpp"
#include "storage/sqlite_silo/silo_backup.hpp"

namespace tenancy::inline v0::detail::silo {
namespace {

using sqlite::SqliteStore;
using sqlite::Watch;
using sqlite::WatchScope;

StoreOptions options_of_files(StoreOptions options) {
  options.readers = options.silo.readers;
  options.page_cache_bytes = options.silo.page_cache_bytes;
  // Its one tenant may have no more.
  options.scoped_sql.connections =
      std::min(options.scoped_sql.connections, options.scoped_sql.per_tenant);
  return options;
}

/// What the gate says, and nobody else before the body runs.
bool is_refusal(const Error& error) noexcept {
  return error == errc::stale_context || error == errc::tenant_not_active;
}

/// Whether it is the call that ends, and not a file that is not as it should be.
bool ends_call(const Error& error) noexcept {
  return error == errc::deadline_exceeded || error == errc::cancelled ||
         error == errc::forked_process;
}

constexpr const char* gathering_advice =
    "the read kept its snapshot for too long: read in pages, each in a call of its own";

}  // namespace

/// An asynchronous write that keeps its file, and the store, open.
class SiloStore::PinnedUnit final : public AsyncUnit {
 public:
  PinnedUnit(std::shared_ptr<SiloStore> store, OpenFiles::Pin pin,
             std::unique_ptr<AsyncUnit> unit) noexcept
      : store_{std::move(store)}, pin_{std::move(pin)}, unit_{std::move(unit)} {}

  bool run(Session& session) override {
    const WritingThreads::Mark mark{store_->writing_};
    return unit_->run(session);
  }
  void complete(Result<void> transaction, std::exception_ptr exception) noexcept override {
    if (!transaction && is_refusal(transaction.error())) {
      // Whoever comes next looks.
      ++pin_->doubts;
    }
    unit_->complete(std::move(transaction), std::move(exception));
  }

 private:
  const std::shared_ptr<SiloStore> store_;
  const OpenFiles::Pin pin_;
  const std::unique_ptr<AsyncUnit> unit_;
};

SiloStore::SiloStore(SiloFolder folder, std::shared_ptr<SqliteStore> control, StoreOptions options,
                     ScopedSchemaSource scoped_schema, FileSchema file_schema,
                     std::optional<sqlite::TemporaryFolder> temporary)
    : temporary_{std::move(temporary)},
      folder_{std::move(folder)},
      control_{std::move(control)},
      options_{std::move(options)},
      file_options_{options_of_files(options_)},
      scoped_schema_{std::move(scoped_schema)},
      file_schema_{std::move(file_schema)},
      files_{std::make_shared<OpenFiles>(options_.silo.max_open_files)} {}

Result<std::shared_ptr<SiloStore>> SiloStore::open(
    SiloFolder folder, const KeyRing& keys, const StoreOptions& options, const CallOptions& call,
    ScopedSchemaSource scoped_schema, FileSchema file_schema,
    std::optional<sqlite::TemporaryFolder> temporary) {
  StoreOptions own = options;
  if (own.clock == nullptr) {
    own.clock = std::make_shared<SystemClock>();
  }
  BOOST_OUTCOME_TRY(auto control,
                    SqliteStore::open({folder.control_file(), std::nullopt}, keys, own, call));
  BOOST_OUTCOME_TRY(folder.make_folders());
  return std::shared_ptr<SiloStore>{new SiloStore{std::move(folder), std::move(control),
                                                  std::move(own), std::move(scoped_schema),
                                                  std::move(file_schema), std::move(temporary)}};
}

// --- files --------------------------------------------------------------------------------------

Result<std::shared_ptr<SqliteStore>> SiloStore::open_store(const std::filesystem::path& file,
                                                           const CallOptions& options) const {
  // One that was moved away since it was looked for is not made anew.
  return SqliteStore::open({.file = file,
                            .folder = std::nullopt,
                            .realm = realm(),
                            .durability = sqlite::Durability::full,
                            .may_be_made = false},
                           keys(), file_options_, options, scoped_schema_);
}

Result<std::shared_ptr<TenantFile>> SiloStore::open_file(TenantId tenant,
                                                         const CallOptions& options) {
  const auto file = folder_.file_of(tenant);
  std::error_code ignored;
  if (!std::filesystem::exists(std::filesystem::symlink_status(file, ignored))) {
    if (!folder_.has_draft(tenant)) {
      BOOST_OUTCOME_TRY(const bool was_erased,
                        detail::control_read(*control_, options, [&](ControlSession& session) {
                          return is_erased(session, tenant);
                        }));
      if (was_erased) {
        return Error{errc::tenant_not_active, "tenant " + tenant.to_string() + " was erased"};
      }
      return Error{errc::cannot_open, "the file of tenant " + tenant.to_string() + ", " +
                                          file.string() + ", is not there: restore it"};
    }
    // Whoever created the tenant has committed, or nobody would ask, and not come to this yet.
    BOOST_OUTCOME_TRY(folder_.put_in_place(tenant));
  }
  BOOST_OUTCOME_TRY(folder_.make_shard(tenant));
  BOOST_OUTCOME_TRY(sqlite::check_files(file));
  BOOST_OUTCOME_TRY(const auto owner, sqlite::find_owner(file, options_.max_wait));
  if (owner != sqlite::Owner::this_library) {
    return Error{errc::corrupt_store, file.string() + " holds nothing: restore it"};
  }
  BOOST_OUTCOME_TRY(auto store, open_store(file, options));
  return std::make_shared<TenantFile>(tenant, std::move(store));
}

Result<OpenFiles::Pin> SiloStore::pin(TenantId tenant, const CallOptions& options) {
  const CallLimits limits{options, options_.max_wait};
  BOOST_OUTCOME_TRY(limits.check());
  return files_->acquire(tenant, limits, [&] { return open_file(tenant, options); });
}

Result<OpenFiles::Pin> SiloStore::pin_fit(TenantId tenant, const CallOptions& options) {
  BOOST_OUTCOME_TRY(auto pinned, pin(tenant, options));
  BOOST_OUTCOME_TRY(make_fit(*pinned, options));
  return pinned;
}

Result<void> SiloStore::make_fit(TenantFile& file, const CallOptions& options) {
  if (file.is_fit()) [[likely]] {
    return success();
  }
  const CallLimits limits{options, options_.max_wait};
  BOOST_OUTCOME_TRY(const auto turn, TenantFile::Turn::take(file, limits));
  if (!file.has_schema) {
    BOOST_OUTCOME_TRY(detail::control_read(*file.store, options, [&](ControlSession& session) {
      return require_file_of(session, file.tenant);
    }));
    BOOST_OUTCOME_TRY(settle_schema(*file.store, file.tenant, FileAge::found, options));
    file.has_schema = true;
  }
  // Before the look: what is doubted from here on is to be looked at once more.
  const std::uint64_t doubts = file.doubts;
  BOOST_OUTCOME_TRY(level(file, options));
  file.settled = doubts;
  return success();
}

Result<std::string> SiloStore::control_fingerprint(const CallOptions& options) {
  return detail::control_read(*control_, options,
                              [](ControlSession& session) { return read_fingerprint(session); });
}

Result<void> SiloStore::settle_schema(SqliteStore& file, TenantId tenant, FileAge age,
                                      const CallOptions& options) {
  const auto look = [&] {
    return detail::control_read(file, options,
                                [](ControlSession& session) { return read_fingerprint(session); });
  };
  // What was held against the rules is the control file's schema; a file with the same one, text
  // for text and step for step, keeps them too.
  const auto is_known = [&](const std::string& fingerprint) {
    const std::scoped_lock lock{mutex_};
    return fingerprint == fingerprint_;
  };
  BOOST_OUTCOME_TRY(auto found, look());
  if (is_known(found)) {
    return success();
  }
  if (file_schema_) {
    BOOST_OUTCOME_TRY(file_schema_(file, tenant, age, options));
    BOOST_OUTCOME_TRY(found, look());
  }
  if (is_known(found)) {
    return success();
  }
  // A newer program may have migrated both meanwhile.
  BOOST_OUTCOME_TRY(const auto now, control_fingerprint(options));
  if (found != now) {
    return Error{errc::schema_mismatch,
                 "the file of tenant " + tenant.to_string() +
                     " has another schema than the control file: it was changed past the "
                     "library's migrations, or they do not do the same in each file"};
  }
  return success();
}

Result<bool> SiloStore::level(TenantFile& file, const CallOptions& options) {
  const auto of = [&](ControlSession& session) { return read_mirror(session, file.tenant); };
  BOOST_OUTCOME_TRY(const Mirror wanted, detail::control_read(*control_, options, of));
  BOOST_OUTCOME_TRY(const Mirror present, detail::control_read(*file.store, options, of));
  if (wanted == present) {
    return false;
  }
  BOOST_OUTCOME_TRY(writing_.refuse_this());
  // Who changes both has the control file's lock until it has committed, so that nothing that is
  // about to be committed is undone here.
  Result<void> written = success();
  BOOST_OUTCOME_TRY(control_->control_write(options, [&](ControlSession& control) {
    written = [&]() -> Result<void> {
      BOOST_OUTCOME_TRY(const Mirror now, of(control));
      return detail::control_write(*file.store, options, [&](ControlSession& session) {
        return write_mirror(session, file.tenant, now);
      });
    }();
    return false;  // Nothing was changed in this one.
  }));
  BOOST_OUTCOME_TRY(std::move(written));
  return true;
}

Result<void> SiloStore::run_on_file(const TenantContext& context, const CallOptions& options,
                                    FileBody body) {
  BOOST_OUTCOME_TRY(const auto pinned, pin_fit(context.tenant(), options));
  auto outcome = body(*pinned->store);
  if (outcome || !is_refusal(outcome.error())) [[likely]] {
    return outcome;
  }
  // A file that is ahead of the control file, or was put back from a backup, refuses everybody.
  const auto levelled = level(*pinned, options);
  if (!levelled) {
    ++pinned->doubts;
  }
  return levelled && levelled.value() ? body(*pinned->store) : outcome;
}

// --- tenants' transactions ----------------------------------------------------------------------

Result<void> SiloStore::read(UnitKind kind, const TenantContext& context,
                             const CallOptions& options, TenantBody body) {
  BOOST_OUTCOME_TRY(require_same_process(*this));
  BOOST_OUTCOME_TRY(control_->admission().admit(context));
  return run_on_file(context, options,
                     [&](SqliteStore& file) { return file.read(kind, context, options, body); });
}

Result<void> SiloStore::write(UnitKind kind, const TenantContext& context,
                              const CallOptions& options, TenantBody body) {
  BOOST_OUTCOME_TRY(require_same_process(*this));
  BOOST_OUTCOME_TRY(control_->admission().admit_write(context));
  BOOST_OUTCOME_TRY(writing_.refuse_this());
  // The caller may assign to its own, in the unit even.
  const TenantContext admitted{context};
  const auto marked = [&](Session& session) {
    const WritingThreads::Mark mark{writing_};
    return body(session);
  };
  return run_on_file(admitted, options, [&](SqliteStore& file) {
    return file.write(kind, admitted, options, marked);
  });
}

void SiloStore::async_write(const TenantContext& context, const CallOptions& options,
                            std::unique_ptr<AsyncUnit> unit) {
  if (!in_same_process()) {
    control_->async_write(context, options, std::move(unit));
    return;
  }
  if (auto admitted = control_->admission().admit_write(context); !admitted) {
    control_->refuse_async_write(context, options, std::move(unit), std::move(admitted).error());
    return;
  }
  auto pinned = pin_fit(context.tenant(), options);
  if (!pinned) {
    control_->refuse_async_write(context, options, std::move(unit), std::move(pinned).error());
    return;
  }
  const auto store = pinned.value()->store;
  store->async_write(
      context, options,
      std::make_unique<PinnedUnit>(shared_from_this(), std::move(pinned).value(), std::move(unit)));
}

Result<void> SiloStore::scoped_query(const TenantContext& context, const CallOptions& options,
                                     const ScopedQuery& query, ScopedSink& sink) {
  BOOST_OUTCOME_TRY(require_same_process(*this));
  BOOST_OUTCOME_TRY(control_->admission().admit(context));
  return run_on_file(context, options, [&](SqliteStore& file) {
    return file.scoped_query(context, options, query, sink);
  });
}

Result<std::shared_ptr<const ScopedSchema>> SiloStore::scoped_schema(const TenantContext& context,
                                                                     const CallOptions& options) {
  BOOST_OUTCOME_TRY(require_same_process(*this));
  BOOST_OUTCOME_TRY(control_->admission().admit(context));
  std::shared_ptr<const ScopedSchema> schema;
  BOOST_OUTCOME_TRY(run_on_file(context, options, [&](SqliteStore& file) -> Result<void> {
    BOOST_OUTCOME_TRY(schema, file.scoped_schema(context, options));
    return success();
  }));
  return schema;
}

// --- the control file ---------------------------------------------------------------------------

Result<void> SiloStore::control_read(const CallOptions& options, ControlBody body) {
  return control_->control_read(options, body);
}

Result<void> SiloStore::schema_change(const CallOptions& options, ControlBody body) {
  BOOST_OUTCOME_TRY(require_same_process(*this));
  BOOST_OUTCOME_TRY(writing_.refuse_this());
  return control_->schema_change(options, [&](ControlSession& session) {
    const WritingThreads::Mark mark{writing_};
    return body(session);
  });
}

Result<void> SiloStore::control_write(const CallOptions& options, ControlBody body) {
  BOOST_OUTCOME_TRY(require_same_process(*this));
  BOOST_OUTCOME_TRY(writing_.refuse_this());
  Result<void> mirrored = success();
  Fates fates;
  auto outcome = control_->control_write(options, [&](ControlSession& session) {
    const WritingThreads::Mark mark{writing_};
    // It may run again.
    mirrored = take_back(fates, session);
    if (!mirrored) {
      return false;
    }
    mirrored = begin_noting(session);
    if (!mirrored || !body(session)) {
      return false;
    }
    mirrored = mirror_changes(session, options, fates);
    return mirrored.has_value();
  });
  if (outcome && !mirrored) {
    outcome = std::move(mirrored);
  }
  if (!outcome && outcome.error() != errc::commit_unknown) {
    take_back(fates);
  }
  if (outcome) {
    for (const TenantId tenant : fates.made) {
      // What is not put in its place now is when it is first opened.
      static_cast<void>(folder_.put_in_place(tenant));
    }
    for (const TenantId tenant : fates.erased) {
      files_->drop(tenant);
      if (auto removed = folder_.remove_aside(tenant); !removed && outcome) {
        outcome = std::move(removed);
      }
    }
  }
  return outcome;
}

Result<void> SiloStore::mirror_changes(ControlSession& control, const CallOptions& options,
                                       Fates& fates) {
  BOOST_OUTCOME_TRY(const auto noted, take_noted(control));
  for (const auto& [changed, is_new] : noted) {
    const TenantId tenant = changed;
    BOOST_OUTCOME_TRY(const Mirror mirror, read_mirror(control, tenant));
    if (is_new) {
      fates.made.push_back(tenant);
      BOOST_OUTCOME_TRY(make_draft(tenant, mirror, options));
      continue;
    }
    BOOST_OUTCOME_TRY(const bool was_erased, is_erased(control, tenant));
    if (was_erased) {
      fates.erased.push_back(tenant);
      BOOST_OUTCOME_TRY(folder_.set_aside(tenant));
      continue;
    }
    BOOST_OUTCOME_TRY(const auto pinned, pin(tenant, options));
    BOOST_OUTCOME_TRY(detail::control_write(*pinned->store, options, [&](ControlSession& session) {
      return write_mirror(session, tenant, mirror);
    }));
  }
  return success();
}

Result<void> SiloStore::make_draft(TenantId tenant, const Mirror& mirror,
                                   const CallOptions& options) {
  const auto draft = folder_.draft_of(tenant);
  StoreOptions own = file_options_;
  own.readers = 1;
  own.wal.checkpoints = Checkpoints::library;
  {
    BOOST_OUTCOME_TRY(const auto file,
                      SqliteStore::open({draft, std::nullopt, realm(), sqlite::Durability::none},
                                        keys(), own, options));
    BOOST_OUTCOME_TRY(settle_schema(*file, tenant, FileAge::made, options));
    BOOST_OUTCOME_TRY(detail::control_write(*file, options, [&](ControlSession& session) {
      return write_mirror(session, tenant, mirror);
    }));
  }
  // Closed, it is one file, which keeps all that is in it under another name.
  std::error_code failure;
  if (std::filesystem::exists(draft.string() + "-wal", failure) || failure) {
    return Error{errc::io_error, draft.string() + " could not be closed"};
  }
  return folder_.sync_draft(tenant);
}

Result<void> SiloStore::take_back(Fates& fates, ControlSession& control) const {
  for (const TenantId tenant : std::exchange(fates.made, {})) {
    folder_.remove_draft(tenant);
  }
  for (const TenantId tenant : std::exchange(fates.erased, {})) {
    // Since then another process may have erased the tenant and committed.
    BOOST_OUTCOME_TRY(const bool was_erased, is_erased(control, tenant));
    if (!was_erased) {
      BOOST_OUTCOME_TRY(folder_.bring_back(tenant));
    }
  }
  return success();
}

void SiloStore::take_back(Fates& fates) const noexcept {
  if (fates.made.empty() && fates.erased.empty()) {
    return;
  }
  try {
    // Behind the control file's lock, as whoever moves files. What fails here is done at the next
    // start.
    const CallOptions options;
    static_cast<void>(control_->control_write(options, [&](ControlSession& control) {
      static_cast<void>(take_back(fates, control));
      return false;
    }));
  } catch (const std::exception&) {
    // The same.
  }
}

Result<void> SiloStore::begin_serving(const CallOptions& options) {
  {
    BOOST_OUTCOME_TRY(auto fingerprint, control_fingerprint(options));
    const std::scoped_lock lock{mutex_};
    fingerprint_ = std::move(fingerprint);
  }
  if (!folder_.has_drafts() && !folder_.has_set_aside()) {
    return success();
  }
  // Whoever is about to create or erase a tenant has the control file's lock; what lies there now
  // is of processes that are gone, or have committed.
  Result<void> finished = success();
  BOOST_OUTCOME_TRY(control_->control_write(options, [&](ControlSession& session) {
    finished = [&]() -> Result<void> {
      BOOST_OUTCOME_TRY(const auto left, folder_.drafts_left());
      for (const TenantId tenant : left) {
        BOOST_OUTCOME_TRY(const Mirror mirror, read_mirror(session, tenant));
        if (mirror.tenant) {
          BOOST_OUTCOME_TRY(folder_.put_in_place(tenant));
        }
      }
      folder_.clear_drafts();
      BOOST_OUTCOME_TRY(const auto aside, folder_.set_aside_left());
      for (const TenantId tenant : aside) {
        BOOST_OUTCOME_TRY(const bool was_erased, is_erased(session, tenant));
        if (was_erased) {
          BOOST_OUTCOME_TRY(folder_.remove_aside(tenant));
        } else {
          BOOST_OUTCOME_TRY(folder_.bring_back(tenant));
        }
      }
      return success();
    }();
    return false;
  }));
  return finished;
}

// --- all files ----------------------------------------------------------------------------------

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
    BOOST_OUTCOME_TRY(const auto pinned, pin_fit(tenant, options));
    BOOST_OUTCOME_TRY(rows->add(*pinned->store, tenant, options, limits));
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
