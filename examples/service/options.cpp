#include "service/options.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <ostream>
#include <utility>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <unistd.h>

#include "service/build.hpp"
#include "service/config_file.hpp"
#include "service/settings.hpp"
#include "service/store_kinds.hpp"

namespace tenantd {
namespace {

constexpr int exit_misused = 2;
constexpr std::size_t max_config_bytes = std::size_t{1} << 20U;
constexpr std::string_view variable_prefix = "TENANTD_";
const char* const config_variable = "TENANTD_CONFIG";

/// Somebody's mistake, in words for them.
struct Mistake {
  std::string what;
};

std::string hint(std::string_view misspelt, const std::vector<std::string>& names) {
  const std::string nearest = nearest_name(misspelt, names);
  return nearest.empty() ? std::string{} : "; did you mean " + nearest + "?";
}

/// The flags as they stand on the command line.
struct Flags {
  std::vector<std::optional<std::string>> values;  ///< One for each setting.
  std::string config;
  bool print_config = false;
  std::optional<std::string> new_admin_key;
};

/// Options that are put together from several places, the weakest first.
class Assembly {
 public:
  Assembly() : origins_(settings_.size(), "default") {}

  [[nodiscard]] const std::vector<Setting>& settings() const noexcept { return settings_; }
  Options& options() noexcept { return options_; }

  void read_file(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    if (!file || text.size() > max_config_bytes) {
      throw Mistake{path + ": cannot be read as a configuration file"};
    }
    const auto parsed = parse_config(text);
    if (const auto* const mistake = std::get_if<ConfigMistake>(&parsed)) {
      throw Mistake{place(path, mistake->line) + ": " + mistake->what};
    }
    for (const ConfigEntry& entry : std::get<std::vector<ConfigEntry>>(parsed)) {
      const std::string where = place(path, entry.line);
      set(find(entry.key, &Setting::key, where), entry.value, where, where + ": " + entry.key);
    }
  }

  /// A variable that is not known may be meant for something else, so it only earns a warning.
  void read_environment(const Environment& environment, std::ostream& complaints) {
    for (const auto& [name, value] : environment) {
      if (name == config_variable || value.empty()) {
        continue;
      }
      const auto names = names_of(&Setting::variable);
      const auto found = std::find(names.begin(), names.end(), name);
      if (found == names.end()) {
        complaints << "tenantd: there is no setting for the variable " << name << hint(name, names)
                   << "\n";
      } else {
        set(static_cast<std::size_t>(found - names.begin()), value, name, name);
      }
    }
  }

  void read_flags(const Flags& flags) {
    for (std::size_t i = 0; i < settings_.size(); ++i) {
      if (flags.values[i]) {
        const std::string flag = "--" + settings_[i].name;
        set(i, *flags.values[i], flag, flag);
      }
    }
    options_.new_admin_key = flags.new_admin_key;
  }

  /// What one setting alone cannot know.
  void finish() {
    if (options_.tls_certificate.empty() != options_.tls_key.empty()) {
      throw Mistake{"--tls-certificate and --tls-key are given together or not at all"};
    }
    check_password("--store", options_.store, options_.store_password_file);
    check_password("--owner-store", options_.owner_store, options_.owner_store_password_file);
    if (auto problem = problem_with(options_.messaging, options_.service.request_time);
        !problem.empty()) {
      throw Mistake{std::move(problem)};
    }
    auto& limits = options_.limits;
    if (limits.bodies_bytes < limits.body_bytes) {
      throw Mistake{"--bodies-bytes must be at least --body-bytes"};
    }
    limits.buffered_bytes =
        std::max<std::size_t>(limits.buffered_bytes, std::size_t{limits.header_bytes} * 2);
  }

  void print(std::ostream& out) const {
    out << "# The settings of " << program_name << " " << program_version
        << ", and where each comes from.\n";
    for (std::size_t i = 0; i < settings_.size(); ++i) {
      out << settings_[i].key() << " = " << settings_[i].show(options_) << "  # " << origins_[i]
          << "\n";
    }
    out.flush();
  }

 private:
  static void check_password(const std::string& flag, const std::string& url,
                             const std::string& file) {
    if (!file.empty() && !is_on_postgres(url)) {
      throw Mistake{flag + "-password-file is for a " + flag + " on PostgreSQL"};
    }
  }

  static std::string place(const std::string& path, std::size_t line) {
    return path + ":" + std::to_string(line);
  }

  [[nodiscard]] std::vector<std::string> names_of(std::string (Setting::*name)() const) const {
    std::vector<std::string> names;
    for (const Setting& setting : settings_) {
      names.push_back((setting.*name)());
    }
    return names;
  }

  std::size_t find(const std::string& key, std::string (Setting::*name)() const,
                   const std::string& where) const {
    const auto names = names_of(name);
    const auto found = std::find(names.begin(), names.end(), key);
    if (found == names.end()) {
      throw Mistake{where + ": there is no setting " + key + hint(key, names)};
    }
    return static_cast<std::size_t>(found - names.begin());
  }

  void set(std::size_t index, std::string_view value, std::string origin, const std::string& what) {
    const std::string problem = settings_[index].set(options_, value);
    if (!problem.empty()) {
      throw Mistake{what + " " + problem};
    }
    origins_[index] = std::move(origin);
  }

  std::vector<Setting> settings_ = all_settings();
  std::vector<std::string> origins_;
  Options options_;
};

/// `--no-NAME` stands for `--NAME off`.
void add_setting(CLI::App& app, const Setting& setting, std::optional<std::string>& value) {
  const auto take = [&value](const std::string& text) { value = text; };
  auto* const option = app.add_option_function<std::string>("--" + setting.name, take, setting.help)
                           ->type_name(setting.shape)
                           ->default_str(setting.show(Options{}));
  if (setting.is_switch) {
    // By itself it is on; the library takes the default for what is shown of it, too.
    option->expected(0, 1)->default_str("on")->option_text(setting.shape + "=" +
                                                           setting.show(Options{}));
    app.add_flag_callback(
           "--no-" + setting.name, [&value] { value = "off"; }, "Turn that off")
        ->excludes(option);
  }
}

void refuse_unknown(const CLI::App& app, const std::vector<Setting>& settings) {
  const auto unknown = app.remaining();
  if (unknown.empty()) {
    return;
  }
  std::vector<std::string> names{"--config", "--print-config", "--new-admin-key", "--help",
                                 "--version"};
  for (const Setting& setting : settings) {
    if (setting.is_secret) {
      continue;
    }
    names.push_back("--" + setting.name);
    if (setting.is_switch) {
      names.push_back("--no-" + setting.name);
    }
  }
  const std::string& first = unknown.front();
  const std::string flag = first.substr(0, first.find('='));
  const std::string meant = hint(flag, names);
  throw Mistake{"there is no flag " + flag + (meant.empty() ? "; --help lists them" : meant)};
}

std::string config_path(const Flags& flags, const Environment& environment) {
  const auto variable = environment.find(config_variable);
  return !flags.config.empty() || variable == environment.end() ? flags.config : variable->second;
}

}  // namespace

std::string Options::store_url() const {
  return store.empty() ? "sqlite:" + data + "/tenancy.db" : store;
}

std::string Options::masked_store_url() const { return masked_url(store_url()); }

Environment own_environment() {
  Environment environment;
  for (char** variable = ::environ; variable != nullptr && *variable != nullptr; ++variable) {
    const std::string_view text{*variable};
    const auto equals = text.find('=');
    if (text.starts_with(variable_prefix) && equals != std::string_view::npos) {
      environment.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  return environment;
}

std::variant<Options, int> parse_options(int argc, const char* const* argv,
                                         const Environment& environment, std::ostream& out,
                                         std::ostream& complaints) {
  Assembly assembly;
  Flags flags;
  flags.values.resize(assembly.settings().size());
  CLI::App app{
      "Serves deployments to the tenants that they belong to.\n"
      "Each option with a default can also be set by a variable (TENANTD_PORT) and in the "
      "file of --config (port = 8080); flags go before variables before the file.",
      program_name};
  app.set_version_flag("--version", std::string{program_name} + " " + program_version);
  app.allow_extras();
  for (std::size_t i = 0; i < flags.values.size(); ++i) {
    if (!assembly.settings()[i].is_secret) {
      add_setting(app, assembly.settings()[i], flags.values[i]);
    }
  }
  app.add_option("--config", flags.config, "Read settings from this TOML file")->type_name("FILE");
  app.add_flag("--print-config", flags.print_config,
               "Print all settings and where they come from, without secrets, and exit");
  app.add_option("--new-admin-key", flags.new_admin_key,
                 "Issue one more administrator's key of that name, print it and exit")
      ->type_name("NAME");
  try {
    app.parse(argc, argv);
    refuse_unknown(app, assembly.settings());
    if (const std::string path = config_path(flags, environment); !path.empty()) {
      assembly.read_file(path);
    }
    assembly.read_environment(environment, complaints);
    assembly.read_flags(flags);
    assembly.finish();
  } catch (const CLI::ParseError& error) {
    return app.exit(error, out, complaints) == 0 ? 0 : exit_misused;
  } catch (const Mistake& mistake) {
    complaints << program_name << ": " << mistake.what << "\n";
    return exit_misused;
  }
  if (flags.print_config) {
    assembly.print(out);
    return 0;
  }
  return std::move(assembly.options());
}

}  // namespace tenantd
