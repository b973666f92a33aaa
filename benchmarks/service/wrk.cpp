#include "service/wrk.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <random>
#include <sstream>
#include <string>

#include "child_process.hpp"
#include "give_up.hpp"
#include "table.hpp"

namespace tenancy_bench {
namespace {

/// Of each customer's deployments, so many are asked for: enough to touch most pages of the file.
constexpr std::size_t deployments_used = 100;

Load parse(const std::string& errors) {
  constexpr std::string_view before = "figures ";
  const std::size_t found = errors.find(before);
  std::istringstream numbers{found == std::string::npos ? ""
                                                        : errors.substr(found + before.size())};
  double answered = 0;
  double microseconds = 0;
  std::uint64_t refused = 0;
  std::uint64_t lost = 0;
  Load load{};
  numbers >> answered >> microseconds >> refused >> lost;
  numbers >> load.p50_ms >> load.p95_ms >> load.p99_ms >> load.p999_ms;
  if (!numbers || answered == 0) {
    give_up("wrk gave no figures:\n" + errors);
  }
  if (refused + lost != 0) {
    give_up("of " + decimal(answered, 0) + " answers " + std::to_string(refused) +
            " were not 2xx, and " + std::to_string(lost) + " did not come");
  }
  load.per_second = answered / microseconds * 1e6;
  load.p50_ms /= 1000;
  load.p95_ms /= 1000;
  load.p99_ms /= 1000;
  load.p999_ms /= 1000;
  load.answered = static_cast<std::uint64_t>(answered);
  return load;
}

}  // namespace

const char* to_string(Kind kind) {
  switch (kind) {
    case Kind::read:
      return "read";
    case Kind::list:
      return "list";
    case Kind::search:
      return "search";
    case Kind::statistics:
      return "statistics";
    case Kind::write:
      return "write";
  }
  return "";
}

std::optional<Kind> kind_of(std::string_view text) {
  for (const Kind kind : {Kind::read, Kind::list, Kind::search, Kind::statistics, Kind::write}) {
    if (text == to_string(kind)) {
      return kind;
    }
  }
  return std::nullopt;
}

Wrk::Wrk(const std::filesystem::path& folder, const std::vector<Customer>& customers)
    : file_{folder / "requests.txt"} {
  std::vector<std::string> lines;
  std::minstd_rand random{1};  // NOLINT(cert-msc51-cpp): the same each time
  for (const Customer& customer : customers) {
    std::vector<std::string> ids;
    std::ranges::sample(customer.deployments, std::back_inserter(ids), deployments_used, random);
    for (const std::string& id : ids) {
      lines.push_back(customer.key + " " + id + " " + customer.tenant);
    }
  }
  std::ranges::shuffle(lines, random);
  std::ofstream out{file_};
  for (const std::string& line : lines) {
    out << line << '\n';
  }
  out.close();
  if (out.fail()) {
    give_up(file_.string() + " cannot be written");
  }
}

bool Wrk::is_installed() { return run_program({"wrk", "--version"}).has_value(); }

Load Wrk::run(Kind kind, const ServerProcess& server, double seconds) const {
  // wrk knows whole seconds only.
  const long whole = std::max(std::lround(seconds), 1L);
  const std::string script = TENANCY_BENCH_SERVICE "/requests.lua";
  const auto before = server.processor_time();
  const auto result = run_program(
      {"wrk", "--threads", "1", "--connections", std::to_string(connection_count), "--duration",
       std::to_string(whole) + "s", "--timeout", "30s", "--script", script,
       "http://127.0.0.1:" + std::to_string(server.port()), "--", to_string(kind), file_.string()});
  if (!result || !result->succeeded) {
    give_up("wrk failed:\n" + (result ? result->errors : "it cannot be started"));
  }
  const std::chrono::duration<double, std::micro> used = server.processor_time() - before;
  Load load = parse(result->errors);
  load.processor_us = used.count() / static_cast<double>(load.answered);
  return load;
}

}  // namespace tenancy_bench
