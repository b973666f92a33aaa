// The part of `SiloStore` that reads and writes the control file, and tenants' files along with it.

#include <filesystem>
#include <system_error>
#include <utility>

#include "storage/sqlite_silo/gathered_rows.hpp"
#include "storage/sqlite_silo/silo_store.hpp"

namespace tenancy::inline v0::detail::silo {

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
  Result<void> outcome = success();
  try {
    outcome = control_->control_write(options, [&](ControlSession& session) {
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
  } catch (...) {
    take_back(fates);
    throw;
  }
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
    if (folder_.is_set_aside(tenant)) {
      BOOST_OUTCOME_TRY(settle_aside(tenant, control));
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
    BOOST_OUTCOME_TRY(const auto file, sqlite::SqliteStore::open(
                                           {draft, std::nullopt, realm(), sqlite::Durability::none},
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
    BOOST_OUTCOME_TRY(const Mirror mirror, read_mirror(control, tenant));
    if (!mirror.tenant) {
      folder_.remove_draft(tenant);
    }
  }
  for (const TenantId tenant : std::exchange(fates.erased, {})) {
    // Since then another process may have erased the tenant and committed.
    BOOST_OUTCOME_TRY(settle_aside(tenant, control));
  }
  return success();
}

Result<void> SiloStore::settle_aside(TenantId tenant, ControlSession& control) const {
  BOOST_OUTCOME_TRY(const bool is_gone, is_erased(control, tenant));
  return is_gone ? folder_.remove_aside(tenant) : folder_.bring_back(tenant);
}

Result<void> SiloStore::recover_file(TenantId tenant, const CallOptions& options) {
  if (folder_.has_draft(tenant)) {
    // Whoever created the tenant has committed, or nobody would ask, and not come to this yet.
    return folder_.put_in_place(tenant);
  }
  if (folder_.is_set_aside(tenant)) {
    // Whoever erases a tenant has the control file's lock. One that was killed has it no more.
    BOOST_OUTCOME_TRY(writing_.refuse_this());
    Result<void> settled = success();
    BOOST_OUTCOME_TRY(control_->control_write(options, [&](ControlSession& control) {
      settled = folder_.is_set_aside(tenant) ? settle_aside(tenant, control) : success();
      return false;
    }));
    BOOST_OUTCOME_TRY(std::move(settled));
  }
  // Somebody else may have put it there between the one look and the other.
  if (folder_.has_file(tenant)) {
    return success();
  }
  BOOST_OUTCOME_TRY(const bool is_gone, was_erased(tenant, options));
  if (is_gone) {
    return Error{errc::tenant_not_active, "tenant " + tenant.to_string() + " was erased"};
  }
  return Error{errc::cannot_open, "the file of tenant " + tenant.to_string() + ", " +
                                      folder_.file_of(tenant).string() +
                                      ", is not there: restore it"};
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
  sqlite::TemporaryFolder::remove_abandoned(folder_.control_file(), crossing_purpose);
  if (!folder_.has_drafts() && !folder_.has_set_aside()) {
    return success();
  }
  // Whoever is about to create or erase a tenant has the control file's lock; what lies there now
  // is of processes that are gone, or have committed.
  Result<void> finished = success();
  BOOST_OUTCOME_TRY(control_->control_write(options, [&](ControlSession& control) {
    finished = settle_what_is_left(control);
    return false;
  }));
  return finished;
}

Result<void> SiloStore::settle_what_is_left(ControlSession& control) const {
  BOOST_OUTCOME_TRY(const auto left, folder_.drafts_left());
  for (const TenantId tenant : left) {
    BOOST_OUTCOME_TRY(const Mirror mirror, read_mirror(control, tenant));
    if (mirror.tenant) {
      BOOST_OUTCOME_TRY(folder_.put_in_place(tenant));
    }
  }
  folder_.clear_drafts();
  BOOST_OUTCOME_TRY(const auto aside, folder_.set_aside_left());
  for (const TenantId tenant : aside) {
    BOOST_OUTCOME_TRY(settle_aside(tenant, control));
  }
  return success();
}

}  // namespace tenancy::inline v0::detail::silo
