#include "ctl/migrate.hpp"

#include <algorithm>
#include <chrono>
#include <string>

#include <CLI/App.hpp>

#include "tenancy/migrate/migrate.hpp"

#include "ctl/session.hpp"
#include "ctl/store_access.hpp"
#include "ctl/tenant_view.hpp"
#include "service/store_kinds.hpp"

namespace tenantctl {
namespace {

using tenancy::MigrationState;

std::int64_t milliseconds(std::chrono::nanoseconds time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
}

Outcome<tenancy::OpenOptions> opening(Session& session) {
  return open_options(session.options(), session.time(), session.call());
}

/// A URL of PostgreSQL's may have a password in it.
std::string shown_store(const Options& options) {
  return tenantd::is_of_files(options.store) ? options.store : "the store";
}

/// How many steps are in a state.
std::size_t count(const tenancy::MigrationReport& report, MigrationState state) {
  return static_cast<std::size_t>(std::ranges::count_if(
      report.steps, [state](const auto& step) { return step.state == state; }));
}

Outcome<void> status(Session& session) {
  BOOST_OUTCOME_TRY(const auto options, opening(session));
  BOOST_OUTCOME_TRY(const auto report, tenancy::migration_status(session.store_url(), options));
  Listing listing{session.output(), {"COMPONENT", "VERSION", "NAME", "STATE", "APPLIED"}};
  for (const auto& step : report.steps) {
    listing.add(Json{{"component", step.component},
                     {"version", step.version},
                     {"name", step.name},
                     {"source", step.source},
                     {"state", tenancy::to_string(step.state)},
                     {"applied_at", time_or_null(step.applied_at)}},
                {step.component, std::to_string(step.version), step.name,
                 std::string{tenancy::to_string(step.state)}, short_time(step.applied_at)});
  }
  listing.finish();
  if (report.has_conflicts()) {
    return Failure::findings("The steps of the store are not those of this program.");
  }
  return success();
}

Outcome<void> up(Session& session) {
  BOOST_OUTCOME_TRY(auto options, opening(session));
  BOOST_OUTCOME_TRY(const auto before, tenancy::migration_status(session.store_url(), options));
  const auto pending = count(before, MigrationState::pending);
  // A store that has no step yet has nothing that could be lost.
  const bool is_new = !before.has_conflicts() && count(before, MigrationState::applied) == 0;
  BOOST_OUTCOME_TRY(options.keys, load_keys(session.options(),
                                            is_new ? Keys::of_a_new_store : Keys::of_the_store));
  if (pending > 0 && !before.has_conflicts() && !is_new) {
    BOOST_OUTCOME_TRY(session.confirm(
        {std::to_string(pending) + (pending == 1 ? " step" : " steps") + " will be applied to " +
             shown_store(session.options()) + ", and cannot be undone.",
         "yes"}));
    options.call = session.call();
  }
  Output& output = session.output();
  Listing listing{output, {"COMPONENT", "VERSION", "NAME", "TOOK"}};
  options.on_migration = [&](const tenancy::MigrationProgress& progress) {
    const auto& step = progress.step;
    if (progress.is_applied) {
      listing.add(Json{{"component", step.component},
                       {"version", step.version},
                       {"name", step.name},
                       {"source", step.source},
                       {"took_ms", milliseconds(step.took)}},
                  {step.component, std::to_string(step.version), step.name,
                   std::to_string(milliseconds(step.took)) + " ms"});
    }
  };
  const auto applied = tenancy::migrate(session.store_url(), std::move(options));
  // Those that were applied before one failed stay applied.
  listing.finish();
  if (!applied) {
    return Failure{applied.error()};
  }
  if (listing.empty() && !output.json()) {
    output.notice("All steps were applied before.", {});
  }
  return success();
}

std::string_view name_of(tenancy::DryRunOutcome outcome) {
  switch (outcome) {
    case tenancy::DryRunOutcome::succeeded:
      return "succeeded";
    case tenancy::DryRunOutcome::failed:
      return "failed";
    case tenancy::DryRunOutcome::not_run:
      break;
  }
  return "not run";
}

Outcome<void> dry_run(Session& session) {
  BOOST_OUTCOME_TRY(const auto options, opening(session));
  BOOST_OUTCOME_TRY(const auto report, tenancy::dry_run_migrations(session.store_url(), options));
  Output& output = session.output();
  Listing listing{output, {"COMPONENT", "VERSION", "NAME", "OUTCOME", "TOOK"}};
  for (const auto& step : report.steps) {
    const bool succeeded = step.outcome == tenancy::DryRunOutcome::succeeded;
    listing.add(Json{{"component", step.component},
                     {"version", step.version},
                     {"name", step.name},
                     {"source", step.source},
                     {"outcome", name_of(step.outcome)},
                     {"took_ms", succeeded ? Json(milliseconds(step.took)) : Json(nullptr)}},
                {step.component, std::to_string(step.version), step.name,
                 std::string{name_of(step.outcome)},
                 succeeded ? std::to_string(milliseconds(step.took)) + " ms" : std::string{}});
  }
  listing.finish();
  if (listing.empty() && !output.json()) {
    output.notice("No step is pending.", {});
  }
  if (report.failure) {
    return Failure::findings(report.failure->message());
  }
  return success();
}

}  // namespace

void add_migrate_commands(CLI::App& app, Command& chosen) {
  auto* const group = app.add_subcommand("migrate", "The store's schema")->require_subcommand(1);
  const auto add = [&](const char* name, const char* description, auto run) {
    group->add_subcommand(name, description)->callback([&chosen, run] {
      chosen.run = run;
      chosen.is_long = true;
      chosen.needs = Needs::store;
    });
  };
  add("status", "Which steps the store has, and which it lacks", status);
  add("up", "Apply the steps that the store lacks; make the store when there is none", up);
  add("dry-run", "Apply them to a copy that is thrown away", dry_run);
}

}  // namespace tenantctl
