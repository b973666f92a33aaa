#include "ctl/command_line.hpp"

#include <sstream>
#include <string_view>
#include <utility>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tenancy/version.hpp"

#include "ctl/backup.hpp"
#include "ctl/health.hpp"
#include "ctl/identifiers.hpp"
#include "ctl/keys.hpp"
#include "ctl/migrate.hpp"
#include "ctl/parsing.hpp"
#include "ctl/tenants.hpp"
#include "ctl/verify.hpp"

namespace tenantctl {
namespace {

std::string version_text() {
  return "tenantctl " + std::to_string(TENANCY_VERSION_MAJOR) + "." +
         std::to_string(TENANCY_VERSION_MINOR) + "." + std::to_string(TENANCY_VERSION_PATCH);
}

std::string exit_statuses() {
  std::string text = "Exit status:\n";
  for (const auto& [status, meaning] : exit_meanings()) {
    text += "  " + std::to_string(static_cast<int>(status)) + "  " + std::string{meaning} + "\n";
  }
  return text + "  128 and more: stopped by a signal\n";
}

void add_options(CLI::App& app, Options& options, std::string& timeout) {
  app.add_option("--store", options.store, "The store: sqlite:FILE")
      ->envname("TENANTCTL_STORE")
      ->type_name("URL");
  app.add_option("--keys", options.keys, "The file of the store's keys; beside it by default")
      ->envname("TENANTCTL_KEYS")
      ->type_name("FILE");
  app.add_option("--migrations", options.migrations,
                 "A folder with the steps of the schema, in the place of the service's own")
      ->envname("TENANTCTL_MIGRATIONS")
      ->type_name("DIR");
  app.add_option("--timeout", timeout,
                 "Give up after so long: 500ms, 30s, 5m; 0 for never. 30s by default, but for "
                 "backup, verify and migrate, which have no limit")
      ->type_name("TIME");
  app.add_option("--as", options.act_as, "Whose name stands in records; the user's by default")
      ->type_name("NAME");
  app.add_flag("--json", options.json, "Print JSON, also for errors");
  app.add_flag("-y,--yes", options.yes, "Do not ask before what cannot be undone");
}

/// Every command takes the options that all have, wherever they stand.
void let_options_stand_anywhere(CLI::App& app) {
  app.fallthrough();
  for (auto* const each : app.get_subcommands({})) {
    each->footer("tenantctl --help lists the options that every command has.");
    let_options_stand_anywhere(*each);
  }
}

std::string printed(const CLI::App& app, const CLI::ParseError& asked) {
  std::ostringstream text;
  app.exit(asked, text, text);
  return std::move(text).str();
}

}  // namespace

bool asks_for_json(int argc, const char* const* argv) {
  for (int i = 1; i < argc && std::string_view{argv[i]} != "--"; ++i) {
    if (std::string_view{argv[i]} == "--json") {
      return true;
    }
  }
  return false;
}

Outcome<std::variant<Invocation, std::string>> parse_command_line(int argc,
                                                                  const char* const* argv) {
  Invocation invocation;
  std::string timeout;
  CLI::App app{"Administers the tenants of a store, beside the service that runs on it.",
               "tenantctl"};
  app.set_version_flag("--version", version_text());
  app.require_subcommand(1);
  add_options(app, invocation.options, timeout);
  add_tenant_commands(app, invocation.command);
  add_identifier_commands(app, invocation.command);
  add_key_commands(app, invocation.command);
  add_administrator_key_commands(app, invocation.command);
  add_migrate_commands(app, invocation.command);
  add_verify_command(app, invocation.command);
  add_backup_command(app, invocation.command);
  add_health_command(app, invocation.command);
  let_options_stand_anywhere(app);
  app.footer(exit_statuses());
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& asked) {
    return printed(app, asked);
  } catch (const CLI::CallForVersion& asked) {
    return printed(app, asked);
  } catch (const CLI::ParseError& wrong) {
    return Failure::misused(wrong.what(), "tenantctl COMMAND --help tells how it is used.");
  }
  if (!timeout.empty()) {
    BOOST_OUTCOME_TRY(invocation.options.timeout, parse_duration(timeout));
  }
  return invocation;
}

}  // namespace tenantctl
