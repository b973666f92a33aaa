#include "service/settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>

#include <arpa/inet.h>

#include "service/config_file.hpp"
#include "service/messaging/gateway_address.hpp"
#include "service/store_kinds.hpp"

namespace tenantd {
namespace {

using std::chrono::milliseconds;

struct Unit {
  std::string_view name;
  std::uint64_t size;
};

constexpr std::array<Unit, 4> byte_units{
    {{"GiB", std::uint64_t{1} << 30U}, {"MiB", 1U << 20U}, {"KiB", 1U << 10U}, {"", 1}}};
constexpr std::array<Unit, 5> time_units{
    {{"h", 3'600'000}, {"min", 60'000}, {"s", 1'000}, {"ms", 1}, {"d", 86'400'000}}};

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return number;
}

template <std::size_t count>
std::optional<std::uint64_t> with_unit(std::string_view text,
                                       const std::array<Unit, count>& units) {
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = whole_number(text.substr(0, digits));
  const auto* const unit = std::find_if(units.begin(), units.end(), [&](const Unit& known) {
    return known.name == text.substr(digits);
  });
  if (!number || unit == units.end() ||
      *number > std::numeric_limits<std::uint64_t>::max() / unit->size) {
    return std::nullopt;
  }
  return *number * unit->size;
}

/// In the largest unit of which it is a whole number.
template <std::size_t count>
std::string in_units(std::uint64_t number, const std::array<Unit, count>& units) {
  for (const Unit& unit : units) {
    if (number >= unit.size && number % unit.size == 0) {
      return std::to_string(number / unit.size).append(unit.name);
    }
  }
  return "0" + std::string{units.back().name.empty() ? "" : "s"};
}

std::string bytes_text(std::uint64_t bytes) {
  const std::string text = in_units(bytes, byte_units);
  return text.find_first_not_of("0123456789") == std::string::npos ? text : toml_text(text);
}

std::string time_text(std::uint64_t time) { return toml_text(in_units(time, time_units)); }

/// `get(options)` is the member that is set.
template <class Get>
Setting text_setting(std::string name, std::string shape, std::string help, Get get) {
  return {std::move(name),
          std::move(shape),
          std::move(help),
          false,
          [get](Options& options, std::string_view text) {
            get(options) = text;
            return std::string{};
          },
          [get](const Options& options) { return toml_text(get(options)); }};
}

template <class Get>
Setting number_setting(std::string name, std::string help, Get get, std::uint64_t least,
                       std::uint64_t most) {
  return {std::move(name),
          "N",
          std::move(help),
          false,
          [get, least, most](Options& options, std::string_view text) {
            const auto number = whole_number(text);
            if (!number || *number < least || *number > most) {
              return "must be a whole number from " + std::to_string(least) + " to " +
                     std::to_string(most);
            }
            auto& member = get(options);
            member = static_cast<std::remove_reference_t<decltype(member)>>(*number);
            return std::string{};
          },
          [get](const Options& options) { return std::to_string(get(options)); }};
}

template <class Get>
Setting bytes_setting(std::string name, std::string help, Get get, std::uint64_t least,
                      std::uint64_t most) {
  return {std::move(name),
          "SIZE",
          std::move(help),
          false,
          [get, least, most](Options& options, std::string_view text) {
            const auto bytes = with_unit(text, byte_units);
            if (!bytes || *bytes < least || *bytes > most) {
              return "must be a size from " + in_units(least, byte_units) + " to " +
                     in_units(most, byte_units) + ", such as 16KiB";
            }
            auto& member = get(options);
            member = static_cast<std::remove_reference_t<decltype(member)>>(*bytes);
            return std::string{};
          },
          [get](const Options& options) { return bytes_text(get(options)); }};
}

template <class Get>
Setting time_setting(std::string name, std::string help, Get get, milliseconds least,
                     milliseconds most) {
  return {std::move(name),
          "TIME",
          std::move(help),
          false,
          [get, least, most](Options& options, std::string_view text) {
            const auto time =
                text == "0" ? std::optional<std::uint64_t>{0} : with_unit(text, time_units);
            const auto low = static_cast<std::uint64_t>(least.count());
            const auto high = static_cast<std::uint64_t>(most.count());
            auto& member = get(options);
            using Time = std::remove_reference_t<decltype(member)>;
            const bool is_fine = Time::period::den == 1000 || (time && *time % 1000 == 0);
            if (!time || *time < low || *time > high || !is_fine) {
              return "must be a time from " + in_units(low, time_units) + " to " +
                     in_units(high, time_units) + ", such as 30s";
            }
            member = std::chrono::duration_cast<Time>(milliseconds{*time});
            return std::string{};
          },
          [get](const Options& options) {
            return time_text(static_cast<std::uint64_t>(milliseconds{get(options)}.count()));
          }};
}

template <class Get>
Setting switch_setting(std::string name, std::string help, Get get) {
  return {std::move(name),
          "on|off",
          std::move(help),
          true,
          [get](Options& options, std::string_view text) {
            const bool is_on = text == "on" || text == "true";
            if (!is_on && text != "off" && text != "false") {
              return std::string{"must be on or off"};
            }
            get(options) = is_on;
            return std::string{};
          },
          [get](const Options& options) { return get(options) ? "true" : "false"; }};
}

template <class Get, class Value, std::size_t count>
Setting choice_setting(std::string name, std::string help, Get get,
                       const std::array<std::pair<std::string_view, Value>, count>& choices) {
  std::string shape;
  for (const auto& choice : choices) {
    shape.append(shape.empty() ? "" : "|").append(choice.first);
  }
  const auto set = [get, choices, shape](Options& options, std::string_view text) {
    for (const auto& [choice, value] : choices) {
      if (choice == text) {
        get(options) = value;
        return std::string{};
      }
    }
    return "must be one of " + shape;
  };
  const auto show = [get, choices](const Options& options) {
    const auto* const choice = std::find_if(choices.begin(), choices.end(), [&](const auto& known) {
      return known.second == get(options);
    });
    return toml_text(choice->first);
  };
  return {std::move(name), shape, std::move(help), false, set, show};
}

Setting address_setting() {
  const auto get = [](auto& options) -> auto& { return options.address; };
  Setting setting = text_setting("address", "IP", "Address to listen on", get);
  setting.set = [get](Options& options, std::string_view text) {
    std::array<unsigned char, sizeof(in6_addr)> parsed{};
    get(options) = text;
    return inet_pton(AF_INET, options.address.c_str(), parsed.data()) == 1 ||
                   inet_pton(AF_INET6, options.address.c_str(), parsed.data()) == 1
               ? std::string{}
               : "must be an IPv4 or IPv6 address";
  };
  return setting;
}

Setting store_setting() {
  Setting setting = text_setting("store", "URL",
                                 "Store: sqlite:FILE (default: tenancy.db in --data), "
                                 "sqlite-silo:DIR or postgresql://...",
                                 [](auto& options) -> auto& { return options.store; });
  setting.show = [](const Options& options) { return toml_text(masked_url(options.store)); };
  return setting;
}

Setting owner_store_setting() {
  Setting setting = text_setting("owner-store", "URL",
                                 "PostgreSQL: the store as its owner, who updates the schema",
                                 [](auto& options) -> auto& { return options.owner_store; });
  setting.show = [](const Options& options) { return toml_text(masked_url(options.owner_store)); };
  return setting;
}

Setting messaging_key_setting() {
  Setting setting = text_setting("messaging-key", "KEY", "The key for the messaging gateway",
                                 [](auto& options) -> auto& { return options.messaging.key; });
  setting.show = [](const Options& options) {
    return toml_text(options.messaging.key.empty() ? "" : "***");
  };
  setting.is_secret = true;
  return setting;
}

Setting messaging_url_setting() {
  Setting setting = text_setting("messaging-url", "URL", "Messaging gateway; none by default",
                                 [](auto& options) -> auto& { return options.messaging.url; });
  // What is no good URL is refused, so that none with a password is ever shown.
  setting.set = [](Options& options, std::string_view text) {
    const auto address = parse_gateway_url(text);
    const auto* const problem = std::get_if<std::string>(&address);
    options.messaging.url = text;
    return problem == nullptr || text.empty() ? std::string{} : *problem;
  };
  return setting;
}

Setting origins_setting() {
  const auto get = [](auto& options) -> auto& { return options.service.cors_origins; };
  return {"cors-origins",
          "ORIGINS",
          "Origins whose pages may call the API, with commas between; none by default",
          false,
          [get](Options& options, std::string_view text) {
            auto& origins = get(options);
            origins.clear();
            while (!text.empty()) {
              const auto origin = text.substr(0, text.find(','));
              origins.emplace_back(origin);
              text.remove_prefix(std::min(text.size(), origin.size() + 1));
              if (origin.empty()) {
                return std::string{"must be origins with commas between"};
              }
            }
            return std::string{};
          },
          [get](const Options& options) {
            std::string list = "[";
            for (const std::string& origin : get(options)) {
              list.append(list.size() > 1 ? ", " : "").append(toml_text(origin));
            }
            return list + "]";
          }};
}

constexpr std::array<std::pair<std::string_view, LogFormat>, 2> log_formats{
    {{"text", LogFormat::text}, {"json", LogFormat::json}}};
constexpr std::array<std::pair<std::string_view, LogLevel>, 5> log_levels{
    {{"debug", LogLevel::debug},
     {"info", LogLevel::info},
     {"warning", LogLevel::warning},
     {"error", LogLevel::error},
     {"off", LogLevel::off}}};

constexpr milliseconds one_day{86'400'000};
constexpr milliseconds shortest{100};
constexpr std::uint64_t one_kib = 1024;
constexpr std::uint64_t one_mib = one_kib * one_kib;

std::string with(std::string name, char hyphen_becomes) {
  std::replace(name.begin(), name.end(), '-', hyphen_becomes);
  return name;
}

/// How many characters must be put in, left out or replaced to make one text the other.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string Setting::key() const { return with(name, '_'); }

std::string Setting::variable() const {
  std::string variable = "TENANTD_" + key();
  std::transform(variable.begin(), variable.end(), variable.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return variable;
}

// The macro keeps each setting on few lines; a pointer to a member cannot reach into a member.
#define TENANCY_MEMBER(path) [](auto& options) -> auto& { return options.path; }

std::vector<Setting> all_settings() {
  return {
      address_setting(),
      number_setting("port", "Port to listen on, 0 for any that is free", TENANCY_MEMBER(port), 0,
                     65'535),
      text_setting("tls-certificate", "FILE", "Speak TLS with this certificate chain (PEM)",
                   TENANCY_MEMBER(tls_certificate)),
      text_setting("tls-key", "FILE", "The key that goes with it (PEM)", TENANCY_MEMBER(tls_key)),
      store_setting(),
      text_setting("store-password-file", "FILE",
                   "PostgreSQL: file with the password of the store's role",
                   TENANCY_MEMBER(store_password_file)),
      owner_store_setting(),
      text_setting("owner-store-password-file", "FILE",
                   "PostgreSQL: file with the password of the owner's role",
                   TENANCY_MEMBER(owner_store_password_file)),
      text_setting("data", "DIR", "Directory for the default store; created for its owner",
                   TENANCY_MEMBER(data)),
      text_setting("keys", "FILE", "File of the application's keys (default: beside the store)",
                   TENANCY_MEMBER(keys)),
      switch_setting("demo", "Put two tenants and their keys into an empty store",
                     TENANCY_MEMBER(demo)),
      switch_setting("first-key", "Print a new administrator's key when there is none",
                     TENANCY_MEMBER(first_key)),
      number_setting("threads", "Threads for requests that wait or compute",
                     TENANCY_MEMBER(service.workers), 1, 64),
      number_setting("io-threads", "Threads that serve the sockets and answer what is quick",
                     TENANCY_MEMBER(io_threads), 1, 64),
      bytes_setting("page-cache", "Memory for pages of the store, for each of its connections",
                    TENANCY_MEMBER(page_cache), 64 * one_kib, 16 * one_kib * one_mib),
      number_setting("silo-open-files", "Silo: tenants' files that are open at once",
                     TENANCY_MEMBER(silo_open_files), 1, 4096),
      choice_setting("log-format", "What a line of the log looks like", TENANCY_MEMBER(log.format),
                     log_formats),
      choice_setting("log-level", "What is logged at least", TENANCY_MEMBER(log.level), log_levels),
      switch_setting("access-log", "Log each answered request", TENANCY_MEMBER(log.access)),
      text_setting("base-domain", "DOMAIN",
                   "Domain below which a host's first label names a tenant",
                   TENANCY_MEMBER(service.base_domain)),
      origins_setting(),
      time_setting("request-time", "What one request may wait all in all",
                   TENANCY_MEMBER(service.request_time), shortest, one_day),
      time_setting("query-time", "What a tenant's list, search or statistics may take of it",
                   TENANCY_MEMBER(service.query_time), shortest, one_day),
      number_setting("tenant-requests", "Requests of one tenant at once",
                     TENANCY_MEMBER(service.tenant_requests), 1, 1'000'000),
      time_setting("idempotency-lifetime", "How long answers are kept for repeated writes",
                   TENANCY_MEMBER(service.idempotency.lifetime), milliseconds{1'000}, 30 * one_day),
      number_setting("idempotency-answers",
                     "Most answers of 4 KiB kept of a tenant for repeated writes",
                     TENANCY_MEMBER(service.idempotency.answers), 1, 1'000'000'000),
      messaging_url_setting(),
      messaging_key_setting(),
      text_setting("messaging-key-file", "FILE",
                   "File with the key for the messaging gateway, and earlier ones below it",
                   TENANCY_MEMBER(messaging.key_file)),
      text_setting("messaging-cacert", "FILE",
                   "Trust these certificates (PEM) for it, not the system's",
                   TENANCY_MEMBER(messaging.cacert)),
      time_setting("messaging-time", "What it may take of a request",
                   TENANCY_MEMBER(messaging.time), shortest, one_day),
      switch_setting("messaging-insecure-http",
                     "Let the key travel to it in the clear, beyond this machine",
                     TENANCY_MEMBER(messaging.insecure_http)),
      number_setting("connections", "Connections at once", TENANCY_MEMBER(limits.connections), 1,
                     1'000'000),
      number_setting("connections-per-peer",
                     "Connections from one address or IPv6 /64; 0 for three quarters of all",
                     TENANCY_MEMBER(limits.connections_per_peer), 0, 1'000'000),
      number_setting("requests-per-connection",
                     "Requests after which a connection is closed; 0 for any number",
                     TENANCY_MEMBER(limits.requests_per_connection), 0, 1'000'000'000),
      bytes_setting("target-bytes", "Longest target of a request",
                    TENANCY_MEMBER(limits.target_bytes), 256, one_mib),
      bytes_setting("header-bytes", "Largest headers of a request, with its first line",
                    TENANCY_MEMBER(limits.header_bytes), one_kib, one_mib),
      number_setting("header-count", "Most headers of a request",
                     TENANCY_MEMBER(limits.header_count), 1, 10'000),
      bytes_setting("body-bytes", "Largest body of a request", TENANCY_MEMBER(limits.body_bytes), 0,
                    one_kib * one_mib),
      bytes_setting("bodies-bytes",
                    "Most that the bodies of all requests and answers hold together",
                    TENANCY_MEMBER(limits.bodies_bytes), 0, 64 * one_kib * one_mib),
      time_setting("idle-time", "How long a connection waits for its next request",
                   TENANCY_MEMBER(limits.idle_time), shortest, one_day),
      time_setting("header-time", "How long headers may take to arrive, or a TLS handshake",
                   TENANCY_MEMBER(limits.header_time), shortest, one_day),
      time_setting("body-time", "How long a body may take to arrive",
                   TENANCY_MEMBER(limits.body_time), shortest, one_day),
      time_setting("write-time", "How long a client may take to read an answer",
                   TENANCY_MEMBER(limits.write_time), shortest, one_day),
      time_setting("drain", "How long clients are still let in once the service is to stop",
                   TENANCY_MEMBER(limits.drain_time), milliseconds{0}, one_day),
      time_setting("stop-time", "How long requests in flight may take to finish after that",
                   TENANCY_MEMBER(limits.stop_time), milliseconds{0}, one_day),
  };
}

#undef TENANCY_MEMBER

std::string masked_url(std::string_view url) {
  constexpr std::string_view hidden = "***";
  if (is_of_files(url)) {
    // To the library it is a part of the file's name; whoever wrote it may have meant a query.
    const auto query = url.find_first_of("?#");
    return query == std::string_view::npos ? std::string{url}
                                           : std::string{url.substr(0, query + 1)}.append(hidden);
  }
  // Of others nobody here knows where a secret stands.
  const auto colon = url.find(':');
  const bool has_scheme =
      colon != std::string_view::npos &&
      std::ranges::all_of(url.substr(0, colon), [](char c) { return c >= 'a' && c <= 'z'; });
  return url.empty() ? std::string{}
                     : std::string{url.substr(0, has_scheme ? colon + 1 : 0)}.append(hidden);
}

std::string nearest_name(std::string_view misspelt, const std::vector<std::string>& names) {
  std::string nearest;
  std::size_t least = misspelt.size() / 3 + 2;
  for (const std::string& name : names) {
    const std::size_t found = distance(misspelt, name);
    if (found < least) {
      least = found;
      nearest = name;
    }
  }
  return nearest;
}

}  // namespace tenantd
