#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "command_line.hpp"
#include "figures.hpp"
#include "folder_on_disk.hpp"
#include "give_up.hpp"
#include "service/contest.hpp"
#include "service/cores.hpp"
#include "service/fastify_peer.hpp"
#include "service/half_load.hpp"
#include "service/mixed_requests.hpp"
#include "service/open_loop.hpp"
#include "service/population.hpp"
#include "service/server_process.hpp"
#include "service/wrk.hpp"
#include "side_by_side.hpp"
#include "table.hpp"
#include "temporary_folder.hpp"

namespace tenancy_bench {
namespace {

using Seconds = std::chrono::duration<double>;
using enum Goal::Bound;

constexpr double default_seconds = 3;
constexpr int mixed_rounds = 3;
constexpr std::size_t usual_body = 300;

using Server = std::unique_ptr<ServerProcess>;

/// A server's file, and how many rows must be in it when the server has stopped.
struct StoreFile {
  std::filesystem::path path;
  std::uint64_t acknowledged = 0;
  std::uint64_t runs = 0;  ///< Each of which may have ended with a write per connection under way.

  void add(std::uint64_t writes, std::uint64_t runs_of_them) {
    acknowledged += writes;
    runs += runs_of_them;
  }

  void verify() const {
    const std::uint64_t least = customer_count * deployments_per_customer + acknowledged;
    const std::uint64_t found = count_deployments(path);
    if (found < least || found > least + runs * connection_count) {
      give_up(path.filename().string() + " holds " + std::to_string(found) + " rows where " +
              std::to_string(least) + " were acknowledged");
    }
  }
};

/// The data, and the ways to serve them.
struct World {
  Cores cores = choose_cores();
  TemporaryFolder folder{folder_on_disk()};
  StoreFile store{folder.path() / "service.db"};
  StoreFile peer_store{folder.path() / "fastify.db"};
  std::vector<Customer> customers = make_service_store(store.path);
  Wrk wrk{folder.path(), customers};

  [[nodiscard]] Server start(std::vector<std::string> command) const {
    return std::make_unique<ServerProcess>(on_core(cores.server, std::move(command)));
  }

  [[nodiscard]] Server start_service() const {
    // One processor, one thread for the sockets; and no log of each request, as the others.
    return start({TENANCY_BENCH_TENANTD, "--port", "0", "--no-demo", "--io-threads", "1",
                  "--no-access-log", "--store", "sqlite:" + store.path.string()});
  }

  [[nodiscard]] Server start_beast(std::size_t body_size) const {
    return start({TENANCY_BENCH_BEAST, std::to_string(body_size)});
  }

  /// Null when it cannot be had.
  [[nodiscard]] Server start_fastify() const {
    const auto command = fastify_command(peer_store.path);
    if (!command) {
      return nullptr;
    }
    make_peer_store(peer_store.path, store.path, customers);
    return start(*command);
  }

  [[nodiscard]] std::string a_read() const {
    return read_request(customers[0], customers[0].deployments[0]);
  }
  [[nodiscard]] std::string a_list() const { return list_request(customers[0]); }
};

/// All servers of one run, and the bodies that the service answers with.
struct Servers {
  explicit Servers(const World& world)
      : fastify{world.start_fastify()}, service{world.start_service()} {
    const std::string read = ask(service->port(), world.a_read());
    const std::string list = ask(service->port(), world.a_list());
    beast_read = world.start_beast(read.size());
    beast_list = world.start_beast(list.size());
    if (fastify != nullptr) {
      expect_same(read, ask(fastify->port(), world.a_read()));
      expect_same(list, ask(fastify->port(), world.a_list()));
    }
  }

  /// With the servers of a constant body where there is one for that kind. Searches and statistics
  /// are asked of the service alone.
  [[nodiscard]] Contest contest(Kind kind) const {
    std::vector<Side> sides{{"tenantd", *service}};
    if (kind == Kind::search || kind == Kind::statistics) {
      return {kind, std::move(sides)};
    }
    if (kind != Kind::write) {
      sides.emplace_back("beast", *(kind == Kind::read ? beast_read : beast_list));
    }
    if (fastify != nullptr) {
      sides.emplace_back("fastify", *fastify);
    }
    return {kind, std::move(sides)};
  }

  Server fastify;
  Server service;
  Server beast_read = nullptr;
  Server beast_list = nullptr;

 private:
  /// Ends the program unless two answers hold the same rows.
  static void expect_same(std::string_view one, std::string_view other) {
    const auto data = [](std::string_view body) { return nlohmann::json::parse(body).at("data"); };
    if (data(one) != data(other)) {
      give_up("the servers disagree:\n" + std::string{one} + "\n" + std::string{other});
    }
  }
};

struct Report {
  Table table{{{"requests"},
               {"server"},
               {"per second", Table::Align::right},
               {"least to most", Table::Align::right},
               {"p50 ms", Table::Align::right},
               {"p95 ms", Table::Align::right},
               {"p99 ms", Table::Align::right},
               {"p99.9 ms", Table::Align::right},
               {"processor us", Table::Align::right}}};
  Figures figures;

  void add(const Contest& contest) {
    contest.print(table);
    contest.add_to(figures);
  }

  /// How many times as much the service does as another, if that took part.
  void add_ratio(const Contest& contest, const std::string& name,
                 std::optional<double> goal = std::nullopt) {
    if (const Side* const other = contest.find(name)) {
      const std::string kind = to_string(contest.kind());
      figures.add({kind + "_over_" + name, contest.service().throughput_against(*other), "x", name,
                   goal ? std::optional{Goal{at_least, *goal}} : std::nullopt});
      figures.add({kind + "_processor_time_over_" + name,
                   contest.service().processor_time_against(*other), "x", name});
    }
  }

  void add(const HalfLoad& mixed) {
    const Percentiles& waits = mixed.waits;
    table.add({"mixed", "tenantd", decimal(mixed.saturation_per_second, 0), "", "", "", "", ""});
    table.add({"mixed, half of that", "tenantd", decimal(mixed.per_second, 0), "",
               decimal(waits.p50_ms, 3), "", decimal(waits.p99_ms, 3), decimal(waits.p999_ms, 3)});
    figures.add({"mixed_saturation_per_second", mixed.saturation_per_second, "requests/s", ""});
    figures.add({"mixed_half_load_p50_ms", waits.p50_ms, "ms", ""});
    figures.add({"mixed_half_load_p99_ms", waits.p99_ms, "ms", "", Goal{at_most, 10}});
    figures.add({"mixed_half_load_p999_ms", waits.p999_ms, "ms", ""});
    figures.add({"mixed_half_load_max_ms", waits.max_ms, "ms", ""});
  }
};

/// Holds a contest and keeps account of what it wrote.
Contest hold(Contest contest, World& world, double seconds) {
  std::cout << "Measuring " << to_string(contest.kind()) << " ..." << std::endl;
  const auto answered = contest.hold(world.wrk, seconds);
  if (contest.kind() == Kind::write) {
    world.store.add(answered.front(), Contest::runs);
    if (answered.size() > 1) {
      world.peer_store.add(answered.back(), Contest::runs);
    }
  }
  return contest;
}

HalfLoad measure_mixed(World& world, const ServerProcess& service, double seconds) {
  std::cout << "Measuring mixed ..." << std::endl;
  MixedRequests requests{world.customers};
  const HalfLoad mixed = measure_half_load(service.port(), connection_count, Seconds{seconds},
                                           mixed_rounds, [&requests] { return requests.next(); });
  world.store.add(requests.writes(), 0);
  return mixed;
}

int measure(const CommandLine& line) {
  const double seconds = line.seconds.value_or(default_seconds);
  std::cout << "Preparing ..." << std::endl;
  World world;
  Report report;
  bool with_peer = false;
  {
    const Servers servers{world};
    with_peer = servers.fastify != nullptr;
    stay_on(world.cores.client);
    const Contest read = hold(servers.contest(Kind::read), world, seconds);
    const Contest list = hold(servers.contest(Kind::list), world, seconds);
    const Contest search = hold(servers.contest(Kind::search), world, seconds);
    const Contest statistics = hold(servers.contest(Kind::statistics), world, seconds);
    const Contest write = hold(servers.contest(Kind::write), world, seconds);
    for (const Contest& contest : {read, list, search, statistics, write}) {
      report.add(contest);
    }
    report.add_ratio(read, "beast", 0.5);
    report.add_ratio(read, "fastify", 4);
    report.add_ratio(list, "beast");
    report.add_ratio(list, "fastify");
    report.add_ratio(write, "fastify", 5);
    report.add(measure_mixed(world, *servers.service, seconds));
  }
  world.store.verify();
  if (with_peer) {
    world.peer_store.verify();
  }
  std::cout << '\n';
  report.table.print(std::cout);
  std::cout << '\n';
  return tenancy_bench::report(report.figures, line);
}

/// `KIND/SERVER`: asks one server for so many seconds, while a profiler watches it.
int run(const CommandLine& line) {
  const auto slash = std::min(line.run.find('/'), line.run.size());
  const std::string kind = line.run.substr(0, slash);
  const std::string name = line.run.substr(slash);
  const World world;
  const Server server = name == "/tenantd"   ? world.start_service()
                        : name == "/fastify" ? world.start_fastify()
                        : name == "/beast"   ? world.start_beast(usual_body)
                                             : nullptr;
  if (server == nullptr) {
    give_up("There is no case '" + line.run +
            "': read, list, search, statistics, write or mixed, a slash, " +
            "tenantd, fastify or beast.");
  }
  stay_on(world.cores.client);
  std::cout << "process " << server->id() << std::endl;
  const auto seconds = static_cast<double>(line.times);
  double per_second = 0;
  if (kind == "mixed") {
    MixedRequests requests{world.customers};
    per_second =
        run_closed_loop_over_http(server->port(), connection_count, Seconds{seconds}, [&requests] {
          return requests.next();
        }).per_second;
  } else if (const auto asked = kind_of(kind)) {
    per_second = world.wrk.run(*asked, *server, seconds).per_second;
  } else {
    give_up("There is no kind of request '" + kind + "'.");
  }
  std::cout << decimal(per_second, 0) << " requests/s" << std::endl;
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace tenancy_bench

/// How many requests the service answers and how long each takes, beside a server that answers
/// without any work and one that does the same work by hand.
int main(int argc, char** argv) {
  using namespace tenancy_bench;

  const auto line = parse_command_line(argc, argv);
  if (!line) {
    return EXIT_FAILURE;
  }
  if (!Wrk::is_installed()) {
    std::cout << "wrk is not installed; there are no figures without it." << std::endl;
    return EXIT_SUCCESS;
  }
  return line->run.empty() ? measure(*line) : run(*line);
}
