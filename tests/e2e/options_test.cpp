#include "service/options.hpp"

#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "service/config_file.hpp"
#include "service/settings.hpp"
#include "support/temporary_folder.hpp"

namespace {

using tenantd::Environment;
using tenantd::Options;

struct Parsed {
  std::variant<Options, int> result;
  std::string out;
  std::string complaints;

  [[nodiscard]] const Options& options() const {
    REQUIRE_MESSAGE(std::holds_alternative<Options>(result), complaints);
    return std::get<Options>(result);
  }
  /// -1 when there is none.
  [[nodiscard]] int status() const {
    const int* const status = std::get_if<int>(&result);
    return status == nullptr ? -1 : *status;
  }
};

Parsed parse(const std::vector<std::string>& arguments, const Environment& environment = {}) {
  std::vector<const char*> argv{"tenantd"};
  for (const std::string& argument : arguments) {
    argv.push_back(argument.c_str());
  }
  std::ostringstream out;
  std::ostringstream complaints;
  auto result = tenantd::parse_options(static_cast<int>(argv.size()), argv.data(), environment, out,
                                       complaints);
  return {std::move(result), out.str(), complaints.str()};
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

class ConfigFile {
 public:
  explicit ConfigFile(std::string_view text) { std::ofstream{path()} << text; }
  [[nodiscard]] std::string path() const { return folder_.path() / "tenantd.toml"; }

 private:
  tenancy_test::TemporaryFolder folder_;
};

TEST_CASE("flags go before variables, those before the file, that before the defaults") {
  const ConfigFile file{"port = 1\nthreads = 2\ndata = \"of-file\"\n"};
  const auto parsed = parse({"--config", file.path(), "--port", "3"},
                            {{"TENANTD_PORT", "4"}, {"TENANTD_THREADS", "5"}});
  CHECK(parsed.options().port == 3);
  CHECK(parsed.options().service.workers == 5);
  CHECK(parsed.options().data == "of-file");
  CHECK(parsed.options().address == "127.0.0.1");
  CHECK(parse({}, {{"TENANTD_CONFIG", file.path()}}).options().data == "of-file");
  CHECK(parse({}, {{"TENANTD_PORT", ""}}).options().port == 8080);
}

TEST_CASE("sizes, times, switches, choices and lists are read in their units") {
  const auto options =
      parse({"--body-bytes=2MiB", "--header-time", "1500ms", "--stop-time=0", "--drain=1min",
             "--no-demo", "--first-key=off", "--access-log", "off", "--log-format", "json",
             "--cors-origins", "https://a.example,https://b.example", "--idempotency-lifetime=2h",
             "--idempotency-answers=7", "--request-time=20s", "--query-time=1500ms"})
          .options();
  CHECK(options.limits.body_bytes == 2U << 20U);
  CHECK(options.limits.header_time == std::chrono::milliseconds{1500});
  CHECK(options.limits.stop_time.count() == 0);
  CHECK(options.limits.drain_time == std::chrono::seconds{60});
  CHECK_FALSE(options.demo);
  CHECK_FALSE(options.first_key);
  CHECK_FALSE(options.log.access);
  CHECK(options.log.format == tenantd::LogFormat::json);
  CHECK(options.service.cors_origins ==
        std::vector<std::string>{"https://a.example", "https://b.example"});
  CHECK(options.service.idempotency.lifetime == std::chrono::hours{2});
  CHECK(options.service.idempotency.answers == 7);
  CHECK(options.service.request_time == std::chrono::seconds{20});
  CHECK(options.service.query_time == std::chrono::milliseconds{1500});
}

TEST_CASE("a switch by itself is on, whatever comes behind it") {
  const std::map<std::string, std::string> off{{"TENANTD_DEMO", "off"},
                                               {"TENANTD_FIRST_KEY", "off"}};
  CHECK(parse({"--demo"}, off).options().demo);
  const auto options = parse({"--demo", "--first-key", "--port", "1234"}, off).options();
  CHECK(options.demo);
  CHECK(options.first_key);
  CHECK(options.port == 1234);
}

TEST_CASE("a mistake is named with its place, and nothing is served") {
  struct Mistake {
    std::vector<std::string> arguments;
    std::string named;
  };
  const ConfigFile misspelt{"# x\nheader_tiem = \"3s\"\n"};
  const ConfigFile wrong{"port = 70000\n"};
  const ConfigFile broken{"port = \n"};
  for (const auto& mistake : std::vector<Mistake>{
           {{"--header-tiem", "3s"}, "--header-tiem; did you mean --header-time?"},
           {{"--header-tiem=3s"}, "did you mean --header-time?"},
           {{"stray"}, "stray"},
           {{"--no-dmo"}, "did you mean --no-demo?"},
           {{"--demo=maybe"}, "--demo must be on or off"},
           {{"--demo", "on", "--no-demo"}, "--no-demo"},
           {{"--body-bytes", "1MB"}, "such as 16KiB"},
           {{"--body-bytes", "99999999999999999999GiB"}, "--body-bytes must be a size"},
           {{"--idle-time", "30"}, "such as 30s"},
           {{"--idempotency-lifetime", "1500ms"}, "--idempotency-lifetime must be a time"},
           {{"--idempotency-answers", "0"}, "--idempotency-answers must be a whole number"},
           {{"--threads", "65"}, "--threads must be a whole number from 1 to 64"},
           {{"--log-level", "loud"}, "debug|info|warning|error|off"},
           {{"--cors-origins", "a,,b"}, "--cors-origins"},
           {{"--tls-key", "k.pem"}, "--tls-certificate and --tls-key"},
           {{"--bodies-bytes", "1023KiB"}, "--bodies-bytes must be at least --body-bytes"},
           {{"--config", "/nothing/here.toml"}, "/nothing/here.toml"},
           {{"--config", misspelt.path()},
            ":2: there is no setting header_tiem; did you mean "
            "header_time?"},
           {{"--config", wrong.path()}, ":1: port must be"},
           {{"--config", broken.path()}, ":1: expected"}}) {
    CAPTURE(mistake.named);
    const auto parsed = parse(mistake.arguments);
    CHECK(parsed.status() == 2);
    CHECK_MESSAGE(contains(parsed.complaints, mistake.named), parsed.complaints);
    CHECK(parsed.out.empty());
  }
  // Whoever runs containers may set variables of any name.
  const auto parsed = parse({}, {{"TENANTD_PROT", "1"}});
  CHECK(parsed.status() == -1);
  CHECK(contains(parsed.complaints, "TENANTD_PROT; did you mean TENANTD_PORT?"));
  CHECK(parse({}, {{"TENANTD_PORT", "tcp://10.0.0.1:80"}}).status() == 2);
}

TEST_CASE("what is in force can be printed, with its sources and without secrets") {
  const ConfigFile file{"idle_time = \"2min\"\n"};
  const auto parsed =
      parse({"--print-config", "--config", file.path(), "--port", "1"},
            {{"TENANTD_STORE", "postgresql://user:secret@host/db?password=secret"}});
  CHECK(parsed.status() == 0);
  CHECK(contains(parsed.out, "port = 1  # --port\n"));
  CHECK(contains(parsed.out, "idle_time = \"2min\"  # " + file.path() + ":1\n"));
  CHECK(contains(parsed.out, "store = \"postgresql:***\"  # TENANTD_STORE\n"));
  CHECK(contains(parsed.out, "demo = true  # default\n"));
  CHECK_FALSE(contains(parsed.out, "secret"));
}

TEST_CASE("a messaging gateway needs a key, which no flag and no output shows") {
  const Environment key{{"TENANTD_MESSAGING_KEY", "sesame"}};
  const std::string url = "https://gateway.example";
  const auto options = parse({"--messaging-url", url, "--messaging-time", "3s"}, key).options();
  CHECK(options.messaging.url == url);
  CHECK(options.messaging.key == "sesame");
  CHECK(options.messaging.time == std::chrono::seconds{3});
  CHECK(parse({"--messaging-url", url, "--messaging-key-file", "k"}).options().messaging.key_file ==
        "k");
  CHECK(parse({"--messaging-url=http://127.0.0.1:8081"}, key).status() == -1);
  CHECK(parse({"--messaging-url=http://gateway", "--messaging-insecure-http"}, key).status() == -1);
  const ConfigFile file{"messaging_url = \"" + url + "\"\nmessaging_key = \"sesame\"\n"};
  const auto printed = parse({"--print-config", "--config", file.path()});
  CHECK(printed.status() == 0);
  CHECK(contains(printed.out, "messaging_url = \"" + url + "\"  # "));
  CHECK(contains(printed.out, "messaging_key = \"***\"  # " + file.path() + ":2\n"));
  CHECK_FALSE(contains(printed.out, "sesame"));
  CHECK(contains(parse({"--print-config"}).out, "messaging_key = \"\"  # default\n"));
  CHECK_FALSE(contains(parse({"--help"}).out, "--messaging-key "));

  struct Mistake {
    std::vector<std::string> arguments;
    Environment environment;
    std::string named;
  };
  for (const auto& each : std::vector<Mistake>{
           {{"--messaging-key", "sesame"}, {}, "there is no flag --messaging-key;"},
           {{"--messaging-key=sesame"}, {}, "there is no flag --messaging-key;"},
           {{"--messaging-url", url}, {}, "--messaging-url needs a key"},
           {{}, key, "--messaging-url is missing"},
           {{"--messaging-key-file", "k"}, {}, "--messaging-url is missing"},
           {{"--messaging-url", url, "--messaging-key-file", "k"}, key, "not given together"},
           {{"--messaging-url", "https://u:sesame@h"}, key, "--messaging-url must not name a user"},
           {{"--messaging-url", "gateway"}, key, "--messaging-url must begin with"},
           {{"--messaging-url", "http://gateway"}, key, "--messaging-insecure-http"},
           {{"--messaging-url", url},
            {{"TENANTD_MESSAGING_KEY", "open sesame"}},
            "TENANTD_MESSAGING_KEY must hold"},
           {{"--messaging-url", url, "--request-time", "8s"}, key, "less than --request-time"}}) {
    const auto& arguments = each.arguments;
    const auto& environment = each.environment;
    const auto& named = each.named;
    CAPTURE(named);
    const auto parsed = parse(arguments, environment);
    CHECK(parsed.status() == 2);
    CHECK_MESSAGE(contains(parsed.complaints, named), parsed.complaints);
    CHECK_FALSE(contains(parsed.complaints, "sesame"));
  }
}

TEST_CASE("what is printed is a file that says the same") {
  const auto first =
      parse({"--print-config", "--cors-origins", "https://a.example,https://b.example", "--drain",
             "7s", "--body-bytes", "1000", "--data", "a \"b\"", "--access-log", "off"});
  const ConfigFile file{first.out};
  const auto second = parse({"--print-config", "--config", file.path()});
  REQUIRE(second.status() == 0);
  const std::regex sources{"  # [^\n]*"};
  CHECK(std::regex_replace(first.out, sources, "") == std::regex_replace(second.out, sources, ""));
}

TEST_CASE("the example of a configuration file knows every setting and its default") {
  std::ifstream file{TENANTD_EXAMPLE_CONFIG};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  CHECK(std::get<std::vector<tenantd::ConfigEntry>>(tenantd::parse_config(text)).empty());
  // Its settings stand behind a single #, its words behind # and a blank.
  const ConfigFile all{std::regex_replace(text, std::regex{"(^|\n)#([a-z])"}, "$1$2")};
  const auto parsed = parse({"--print-config", "--config", all.path()});
  REQUIRE_MESSAGE(parsed.status() == 0, parsed.complaints);
  CHECK_FALSE(contains(parsed.out, "# default"));
  const std::regex sources{"  # [^\n]*"};
  CHECK(std::regex_replace(parsed.out, sources, "") ==
        std::regex_replace(parse({"--print-config"}).out, sources, ""));
}

TEST_CASE("of the URL of a store only what cannot be secret is shown") {
  using tenantd::masked_url;
  CHECK(masked_url("sqlite:data/tenancy.db") == "sqlite:data/tenancy.db");
  CHECK(masked_url("sqlite:/srv/user:password@x/tenancy.db") ==
        "sqlite:/srv/user:password@x/tenancy.db");
  CHECK(masked_url("sqlite::memory:") == "sqlite::memory:");
  CHECK(masked_url("").empty());
  CHECK(masked_url("postgresql://u:p@ss@h:5432/d") == "postgresql:***");
  for (const std::string url :
       {"postgres://user:SECRET@host/d", "postgres://user:SE?SECRET@host", "postgres://u:#SECRET@h",
        "postgres://h/d?Password=SECRET", "postgres://h/d?pass%77ord=SECRET",
        "postgres:user:SECRET@host", "postgres://SECRET@host", "password = SECRET",
        "host=x password = SECRET port = 5:4", "sqlite:/x?Password=SECRET", "sqlite:/x?SECRET",
        "sqlite:x#SECRET?x", "SQLITE:/x?SECRET", "SECRET", " sqlite:SECRET",
        "postgres ://SECRET"}) {
    CAPTURE(url);
    const auto masked = masked_url(url);
    CHECK_FALSE(contains(masked, "SECRET"));
    CHECK(masked.ends_with("***"));
    const auto parsed = parse({"--print-config", "--store", url});
    CHECK(parsed.status() == 0);
    CHECK_FALSE(contains(parsed.out + parsed.complaints, "SECRET"));
  }
}

}  // namespace
