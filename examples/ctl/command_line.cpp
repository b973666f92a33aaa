#include "ctl/command_line.hpp"

#include <algorithm>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tenancy/version.hpp"

#include "ctl/backup.hpp"
#include "ctl/completion.hpp"
#include "ctl/health.hpp"
#include "ctl/identifiers.hpp"
#include "ctl/keys.hpp"
#include "ctl/migrate.hpp"
#include "ctl/parsing.hpp"
#include "ctl/postgres.hpp"
#include "ctl/quotas.hpp"
#include "ctl/target.hpp"
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

/// The options that every command takes.
class SharedOptions {
 public:
  SharedOptions(CLI::App& app, Options& options) {
    add(app, "--store", options.store, "TENANTCTL_STORE", "URL",
        "The store: sqlite:FILE, sqlite-silo:DIR or postgresql://...");
    add(app, "--password-file", options.password_file, "TENANTCTL_PASSWORD_FILE", "FILE",
        "The file with the password of the store's role on PostgreSQL, - for the input");
    add(app, "--keys", options.keys, "TENANTCTL_KEYS", "FILE",
        "The file of the store's keys; beside it by default");
    add(app, "--migrations", options.migrations, "TENANTCTL_MIGRATIONS", "DIR",
        "A folder with the steps of the store's schema, in the place of the service's own");
    add(app, "--as", options.act_as, "", "NAME",
        "Whose name stands in the store's records; the user's by default");
    add(app, "--server", options.server, "TENANTCTL_SERVER", "URL",
        "A service, in the place of a store: https://HOST");
    add(app, "--key-file", options.key_file, "", "FILE",
        "The file with the administrator's key for the server, - for the input; TENANTCTL_KEY "
        "holds it otherwise");
    add(app, "--cacert", options.cacert, "TENANTCTL_CACERT", "FILE",
        "The certificates to trust for the server, in the place of the system's");
    note(app.add_flag("--insecure-http", options.insecure_http,
                      "Send the key in the clear, to a server by http beyond this machine"),
         "--insecure-http", nullptr, "");
    app.add_option("--timeout", timeout_,
                   "Give up after so long: 500ms, 30s, 5m; 0 for never. 30s by default, but for "
                   "backup, verify and migrate, which have no limit")
        ->type_name("LENGTH");
    app.add_flag("--json", options.json, "Print JSON, also for errors");
    app.add_flag("-y,--yes", options.yes, "Do not ask before what cannot be undone");
  }

  /// Once the command line was parsed. Errors: usage.
  Outcome<void> finish(Options& options, const std::string& command, Needs needs) {
    std::vector<Setting> settings;
    for (auto& [option, setting] : noted_) {
      setting.is_given = option->count() > 0;
      settings.push_back(setting);
    }
    read_environment(settings);
    BOOST_OUTCOME_TRY(choose_target(options, settings, command, needs));
    if (!timeout_.empty()) {
      BOOST_OUTCOME_TRY(options.timeout, parse_duration(timeout_));
    }
    return success();
  }

 private:
  struct Noted {
    CLI::Option* option;
    Setting setting;
  };

  void note(CLI::Option* option, std::string flag, std::string* value, std::string environment) {
    noted_.push_back({option, {std::move(flag), std::move(environment), value}});
  }

  /// The environment is not CLI11's to read, which does not tell it from the command line.
  void add(CLI::App& app, const char* flag, std::string& value, const std::string& environment,
           const char* type, const std::string& description) {
    note(app.add_option(flag, value,
                        environment.empty() ? description : description + " (" + environment + ")")
             ->type_name(type),
         flag, &value, environment);
  }

  std::string timeout_;
  std::vector<Noted> noted_;
};

/// What the command was called with: `migrate up`.
std::string name_of_chosen(const CLI::App& app) {
  std::string name;
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) {
    at = at->get_subcommands().front();
    name += (name.empty() ? "" : " ") + at->get_name();
  }
  return name;
}

/// Every command takes the options that all have, wherever they stand.
void let_options_stand_anywhere(CLI::App& app) {
  app.fallthrough();
  for (auto* const each : app.get_subcommands({})) {
    each->footer("tenantctl --help lists the options that every command has.");
    let_options_stand_anywhere(*each);
  }
}

void set_up(CLI::App& app, Command& chosen) {
  app.name("tenantctl");
  app.description(
      "Administers the tenants of a store, beside the service that runs on it, or of a "
      "service over HTTP.");
  app.set_version_flag("--version", version_text());
  app.require_subcommand(1);
  add_tenant_commands(app, chosen);
  add_identifier_commands(app, chosen);
  add_key_commands(app, chosen);
  add_administrator_key_commands(app, chosen);
  add_quota_commands(app, chosen);
  add_migrate_commands(app, chosen);
  add_verify_command(app, chosen);
  add_backup_command(app, chosen);
  add_health_command(app, chosen);
  add_postgres_commands(app, chosen);
  add_completion_command(app, chosen);
  let_options_stand_anywhere(app);
  app.footer(exit_statuses());
}

const char* const usage_hint = "tenantctl COMMAND --help tells how it is used.";

bool is_like_option(std::string_view text) {
  constexpr std::size_t longest = 32;
  return text.starts_with('-') && text.size() <= longest &&
         std::ranges::all_of(text, [](char c) { return c == '-' || (c >= 'a' && c <= 'z'); });
}

/// Tells of arguments that no command takes. It names options alone: what was meant as the value of
/// one may be a secret.
Failure not_expected(const std::vector<std::string>& extras) {
  for (const std::string& extra : extras) {
    const std::string name = extra.substr(0, extra.find('='));
    if (is_like_option(name)) {
      return Failure::misused("There is no option " + name + " here.", usage_hint);
    }
  }
  return Failure::misused("There is an argument too many.", usage_hint);
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

std::vector<CommandInfo> known_commands() {
  Invocation invocation;
  CLI::App app;
  const SharedOptions shared{app, invocation.options};
  set_up(app, invocation.command);
  return list_commands(app);
}

Outcome<std::variant<Invocation, std::string>> parse_command_line(int argc,
                                                                  const char* const* argv) {
  Invocation invocation;
  CLI::App app;
  SharedOptions shared{app, invocation.options};
  set_up(app, invocation.command);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& asked) {
    return printed(app, asked);
  } catch (const CLI::CallForVersion& asked) {
    return printed(app, asked);
  } catch (const CLI::ExtrasError&) {
    return not_expected(app.remaining(true));
  } catch (const CLI::ParseError& wrong) {
    return Failure::misused(wrong.what(), usage_hint);
  }
  BOOST_OUTCOME_TRY(
      shared.finish(invocation.options, name_of_chosen(app), invocation.command.needs));
  return invocation;
}

}  // namespace tenantctl
