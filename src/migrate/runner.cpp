#include "migrate/runner.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "registry/schema.hpp"

namespace tenancy::inline v0::detail {
namespace {

std::string describe(const AppliedMigration& step) {
  return describe_step(step.component, step.version, step.name, step.source);
}

bool is_pending(const MigrationStatus& step) noexcept {
  return step.state == MigrationState::pending;
}

Result<std::vector<MigrationStatus>> compare_with_journal(ControlSession& session,
                                                          const Component& component) {
  BOOST_OUTCOME_TRY(const auto journal, read_journal(session, component.name()));
  auto steps = compare(component, journal);
  BOOST_OUTCOME_TRY(require_no_conflict(steps));
  return steps;
}

/// Whether it is the step's own fault, and not the disk's, the clock's or another process's.
bool is_fault_of_step(const Error& error) noexcept {
  switch (error.condition()) {
    case Condition::unavailable:
    case Condition::unknown_outcome:
      return error == errc::transaction_lost;
    case Condition::storage:
      return error != errc::corrupt_store && error != errc::cannot_open;
    default:
      return error != errc::forked_process;
  }
}

/// Applies the steps of one component, one after the other.
class Run {
 public:
  Run(StoreBackend& store, const CallOptions& options, const Component& component,
      const MigrationListener& listener, const AroundStep& around) noexcept
      : store_{store},
        options_{options},
        component_{component},
        listener_{listener},
        around_{around} {}

  /// Applies the first step that is not applied yet; false when there is none.
  Result<bool> apply_next() {
    current_.reset();
    const auto begun = std::chrono::steady_clock::now();
    auto outcome = schema_change(
        store_, options_, [this](ControlSession& session) { return apply_next_in(session); });
    if (!current_) {
      return outcome;
    }
    if (!outcome) {
      // What came to light only at the step's end does not name it yet.
      return is_named_ ? outcome.error() : outcome.error().with_context(describe(*current_));
    }
    current_->took = std::chrono::steady_clock::now() - begun;
    tell(true);
    return outcome;
  }

 private:
  Result<bool> apply_next_in(ControlSession& session) {
    current_.reset();
    is_named_ = false;
    BOOST_OUTCOME_TRY(const auto steps, compare_with_journal(session, component_));
    const auto next = std::ranges::find_if(steps, is_pending);
    if (next == steps.end()) {
      return false;
    }
    BOOST_OUTCOME_TRY(create_journal(session));
    remaining_ = static_cast<std::size_t>(steps.end() - next) - 1;
    current_ = AppliedMigration{next->component, next->version, next->name, next->source};
    tell(false);
    const Step& step = component_.step(next->version);
    const auto owner =
        component_.name() == library_component ? ScriptOwner::library : ScriptOwner::host;
    const auto run = [&] { return session.run_script(step.sql, owner); };
    if (auto ran = around_ && owner == ScriptOwner::host ? around_(session, run) : run(); !ran) {
      is_named_ = true;
      return is_fault_of_step(ran.error())
                 ? Error{errc::migration_failed,
                         describe(*current_) + " was rolled back: " + ran.error().message()}
                 : ran.error().with_context(describe(*current_));
    }
    BOOST_OUTCOME_TRY(write_journal(session, component_.name(), step));
    return true;
  }

  void tell(bool is_applied) const {
    if (listener_) {
      listener_({is_applied, *current_, remaining_});
    }
  }

  StoreBackend& store_;
  const CallOptions& options_;
  const Component& component_;
  const MigrationListener& listener_;
  const AroundStep& around_;
  std::optional<AppliedMigration> current_;
  std::size_t remaining_ = 0;
  bool is_named_ = false;
};

}  // namespace

Result<void> migrate(StoreBackend& store, const CallOptions& options, const Component& component,
                     const MigrationListener& listener, const AroundStep& around) {
  // A look without the write lock first: most programs start with nothing to do.
  BOOST_OUTCOME_TRY(const auto steps, control_read(store, options, [&](ControlSession& session) {
                      return compare_with_journal(session, component);
                    }));
  Run run{store, options, component, listener, around};
  bool more = std::ranges::any_of(steps, is_pending);
  while (more) {
    BOOST_OUTCOME_TRY(more, run.apply_next());
  }
  return success();
}

Result<void> migrate_all(StoreBackend& store, const CallOptions& options,
                         std::span<const Migration> host_migrations,
                         const MigrationListener& listener, FunctionRef<Result<void>()> between,
                         const AroundStep& around) {
  const auto library_migrations = control_schema(store.dialect());
  BOOST_OUTCOME_TRY(const auto library,
                    Component::create(library_component, library_migrations, store.dialect()));
  // Before anything runs, so that a mistake in the host's list leaves no half of a set-up.
  BOOST_OUTCOME_TRY(const auto host,
                    Component::create(host_component, host_migrations, store.dialect()));
  BOOST_OUTCOME_TRY(migrate(store, options, library, listener));
  BOOST_OUTCOME_TRY(between());
  return migrate(store, options, host, listener, around);
}

Result<std::vector<MigrationStatus>> compare_all(ControlSession* session, Dialect dialect,
                                                 std::span<const Migration> host_migrations) {
  const auto library_migrations = control_schema(dialect);
  std::vector<MigrationStatus> all;
  for (const auto& [name, migrations] :
       {std::pair{library_component, std::span<const Migration>{library_migrations}},
        std::pair{host_component, host_migrations}}) {
    BOOST_OUTCOME_TRY(const auto component, Component::create(name, migrations, dialect));
    std::vector<JournalEntry> journal;
    if (session != nullptr) {
      BOOST_OUTCOME_TRY(journal, read_journal(*session, name));
    }
    std::ranges::move(compare(component, journal), std::back_inserter(all));
  }
  return all;
}

Result<void> require_nothing_pending(std::span<const MigrationStatus> steps) {
  const auto found = std::ranges::find_if(steps, is_pending);
  if (found == steps.end()) {
    return success();
  }
  return Error{errc::schema_mismatch,
               describe_step(found->component, found->version, found->name, found->source) +
                   " is not applied, and this program does not migrate (SchemaMode::verify): run "
                   "the migrations first"};
}

}  // namespace tenancy::inline v0::detail
