#include "storage/sqlite_silo/silo_store.hpp"

#include <algorithm>
#include <utility>

#include "storage/refuse_in_child.hpp"
#include "storage/sqlite/file_checks.hpp"
#include "storage/sqlite/identity.hpp"

namespace tenancy::inline v0::detail::silo {
namespace {

using sqlite::SqliteStore;

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
  if (!folder_.has_file(tenant)) {
    BOOST_OUTCOME_TRY(recover_file(tenant, options));
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
    refuse_in_child(std::move(unit));
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

}  // namespace tenancy::inline v0::detail::silo
