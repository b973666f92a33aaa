#include "service/wrk.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <random>
#include <sstream>

#include "child_process.hpp"
#include "give_up.hpp"

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
  double failed = 0;
  Load load{};
  numbers >> answered >> microseconds >> failed >> load.p50_ms >> load.p99_ms >> load.p999_ms;
  if (!numbers) {
    give_up("wrk gave no figures:\n" + errors);
  }
  load.per_second = answered / microseconds * 1e6;
  load.p50_ms /= 1000;
  load.p99_ms /= 1000;
  load.p999_ms /= 1000;
  load.answered = static_cast<std::uint64_t>(answered);
  load.failed = static_cast<std::uint64_t>(failed);
  return load;
}

}  // namespace

const char* to_string(Kind kind) {
  switch (kind) {
    case Kind::read:
      return "read";
    case Kind::list:
      return "list";
    case Kind::write:
      return "write";
  }
  return "";
}

Wrk::Wrk(const std::filesystem::path& folder, const std::vector<Customer>& customers)
    : file_{folder / "requests.txt"} {
  std::vector<std::string> lines;
  std::minstd_rand random{1};
  for (const Customer& customer : customers) {
    std::vector<std::string> ids;
    std::ranges::sample(customer.deployments, std::back_inserter(ids), deployments_used, random);
    for (const std::string& id : ids) {
      lines.push_back(customer.key + " " + id);
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

Load Wrk::run(Kind kind, std::uint16_t port, double seconds) const {
  // wrk knows whole seconds only.
  const long whole = std::max(std::lround(seconds), 1L);
  const auto result = run_program(
      {"wrk", "--threads", "1", "--connections", std::to_string(connection_count), "--duration",
       std::to_string(whole) + "s", "--script", TENANCY_BENCH_SERVICE "/requests.lua",
       "http://127.0.0.1:" + std::to_string(port), "--", to_string(kind), file_.string()});
  if (!result || !result->succeeded) {
    give_up("wrk failed:\n" + (result ? result->errors : "it cannot be started"));
  }
  const Load load = parse(result->errors);
  if (load.failed != 0 || load.answered == 0) {
    give_up(std::to_string(load.failed) + " of " + std::to_string(load.answered) + " requests (" +
            to_string(kind) + ") failed or were refused");
  }
  return load;
}

}  // namespace tenancy_bench
