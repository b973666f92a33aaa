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
#include "percentiles.hpp"
#include "service/contest.hpp"
#include "service/cores.hpp"
#include "service/fastify_peer.hpp"
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
constexpr std::string_view beast = "beast";
constexpr std::string_view fastify = "fastify";

/// A server's file, and how many rows must be in it when the server has stopped.
struct StoreFile {
  std::filesystem::path path;
  std::uint64_t acknowledged = 0;
  std::uint64_t runs = 0;  ///< After each of which a write per connection may be under way.

  void verify() const {
    const std::uint64_t least = customer_count * deployments_per_customer + acknowledged;
    const std::uint64_t most = least + runs * connection_count;
    const std::uint64_t found = count_deployments(path);
    if (found < least || found > most) {
      give_up(path.filename().string() + " holds " + std::to_string(found) + " rows of " +
              std::to_string(least) + " that were acknowledged");
    }
  }
};

struct World {
  Cores cores = choose_cores();
  TemporaryFolder folder{folder_on_disk()};
  StoreFile store{folder.path() / "service.db"};
  StoreFile peer_store{folder.path() / "fastify.db"};
  std::vector<Customer> customers = make_service_store(store.path);
  Wrk wrk{folder.path(), customers};

  [[nodiscard]] std::unique_ptr<ServerProcess> start(std::vector<std::string> command) const {
    return std::make_unique<ServerProcess>(on_core(cores.server, std::move(command)));
  }

  [[nodiscard]] std::unique_ptr<ServerProcess> start_service() const {
    return start({TENANCY_BENCH_TENANTD, "--port", "0", "--no-demo", "--store",
                  "sqlite:" + store.path.string()});
  }

  [[nodiscard]] std::unique_ptr<ServerProcess> start_beast(std::size_t body_size) const {
    return start({TENANCY_BENCH_BEAST, std::to_string(body_size)});
  }

  /// Null when it cannot be had.
  [[nodiscard]] std::unique_ptr<ServerProcess> start_fastify() const {
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

/// Ends the program unless two servers give the same rows.
void compare_answers(std::string_view one, std::string_view other) {
  const auto data = [](std::string_view body) { return nlohmann::json::parse(body).at("data"); };
  if (data(one) != data(other)) {
    give_up("the servers disagree:\n" + std::string{one} + "\n" + std::string{other});
  }
}

void add_ratio(Figures& figures, const Contest& contest, std::string_view peer,
               std::optional<double> least) {
  if (const Side* const other = contest.find(std::string{peer})) {
    figures.add({std::string{to_string(contest.kind())} + "_over_" + other->name(),
                 contest.service().throughput_against(*other), "x", other->name(),
                 least ? std::optional{Goal{at_least, *least}} : std::nullopt});
  }
}

/// What the service does with the mixed requests: at most, and how long each takes at half of that.
void measure_mixed(World& world, std::uint16_t port, double seconds, Table& table,
                   Figures& figures) {
  constexpr int rounds = 3;
  std::cout << "Measuring mixed ..." << std::endl;
  MixedRequests requests{world.customers};
  const auto next = [&requests] { return requests.next(); };
  std::vector<double> most;
  for (int round = 0; round < rounds; ++round) {
    most.push_back(
        run_closed_loop_over_http(port, connection_count, Seconds{seconds}, next).per_second);
  }
  const double saturation = median(most);
  std::vector<Percentiles> waits;
  std::vector<double> done;
  for (int round = 0; round < rounds; ++round) {
    OpenLoopRun run =
        run_open_loop(port, connection_count, saturation / 2, Seconds{seconds}, next);
    done.push_back(run.per_second);
    waits.push_back(percentiles(std::move(run.latencies)));
  }
  world.store.acknowledged += requests.writes();
  const auto median_wait = [&waits](double Percentiles::*value) {
    std::vector<double> values;
    for (const Percentiles& each : waits) {
      values.push_back(each.*value);
    }
    return median(std::move(values));
  };
  const double p50 = median_wait(&Percentiles::p50_ms);
  const double p99 = median_wait(&Percentiles::p99_ms);
  const double p999 = median_wait(&Percentiles::p999_ms);
  table.add({"mixed", "at half of that", decimal(median(done), 0), "", decimal(p50, 3),
             decimal(p99, 3), decimal(p999, 3)});
  figures.add({"mixed_saturation_per_second", saturation, "requests/s", ""});
  figures.add({"mixed_half_load_p50_ms", p50, "ms", ""});
  figures.add({"mixed_half_load_p99_ms", p99, "ms", "", Goal{at_most, 10}});
  figures.add({"mixed_half_load_p999_ms", p999, "ms", ""});
  figures.add({"mixed_half_load_max_ms", median_wait(&Percentiles::max_ms), "ms", ""});
}

int measure(const CommandLine& line) {
  using enum Table::Align;
  const double seconds = line.seconds.value_or(default_seconds);
  std::cout << "Filling the stores ..." << std::endl;
  World world;
  Figures figures;
  Table table{{{"requests"},
               {"server"},
               {"per second", right},
               {"least to most", right},
               {"p50 ms", right},
               {"p99 ms", right},
               {"p99.9 ms", right}}};
  {
    const auto peer = world.start_fastify();
    // Installing the peer may use all cores.
    stay_on(world.cores.client);
    const auto service = world.start_service();
    const std::string read = ask(service->port(), world.a_read());
    const std::string list = ask(service->port(), world.a_list());
    const auto beast_read = world.start_beast(read.size());
    const auto beast_list = world.start_beast(list.size());
    const auto sides = [&](const ServerProcess* constant) {
      std::vector<Side> all{{"tenantd", service->port()}};
      if (constant != nullptr) {
        all.emplace_back(std::string{beast}, constant->port());
      }
      if (peer != nullptr) {
        all.emplace_back(std::string{fastify}, peer->port());
      }
      return all;
    };
    if (peer != nullptr) {
      compare_answers(read, ask(peer->port(), world.a_read()));
      compare_answers(list, ask(peer->port(), world.a_list()));
    }
    std::vector<Contest> contests{{Kind::read, sides(beast_read.get())},
                                  {Kind::list, sides(beast_list.get())},
                                  {Kind::write, sides(nullptr)}};
    for (Contest& contest : contests) {
      std::cout << "Measuring " << to_string(contest.kind()) << " ..." << std::endl;
      const auto answered = contest.hold(world.wrk, seconds);
      if (contest.kind() == Kind::write) {
        world.store.acknowledged += answered.front();
        world.store.runs += Contest::runs;
        world.peer_store.acknowledged += peer != nullptr ? answered.back() : 0;
        world.peer_store.runs += Contest::runs;
      }
      contest.print(table);
      contest.add_to(figures);
    }
    add_ratio(figures, contests[0], beast, 0.5);
    add_ratio(figures, contests[0], fastify, 4);
    add_ratio(figures, contests[1], beast, {});
    add_ratio(figures, contests[1], fastify, {});
    add_ratio(figures, contests[2], fastify, 5);
    measure_mixed(world, service->port(), seconds, table, figures);
    if (peer == nullptr) {
      world.peer_store.path.clear();
    }
  }
  world.store.verify();
  if (!world.peer_store.path.empty()) {
    world.peer_store.verify();
  }
  std::cout << '\n';
  table.print(std::cout);
  std::cout << '\n';
  return report(figures, line);
}

/// `KIND/SERVER`, asked for `times` seconds, for a profiler to watch the server.
int run(const CommandLine& line) {
  World world;
  const auto slash = line.run.find('/');
  const std::string kind = line.run.substr(0, slash);
  const std::string name = slash == std::string::npos ? "" : line.run.substr(slash + 1);
  stay_on(world.cores.client);
  const auto server = name == "tenantd"   ? world.start_service()
                      : name == "beast"   ? world.start_beast(400)
                      : name == "fastify" ? world.start_fastify()
                                          : nullptr;
  if (server == nullptr) {
    give_up("There is no case '" + line.run + "'.");
  }
  std::cout << "process " << server->id() << std::endl;
  const auto seconds = static_cast<double>(line.times);
  for (const Kind each : {Kind::read, Kind::list, Kind::write}) {
    if (kind == to_string(each)) {
      const Load load = world.wrk.run(each, server->port(), seconds);
      std::cout << decimal(load.per_second, 0) << " requests/s" << std::endl;
      return EXIT_SUCCESS;
    }
  }
  if (kind != "mixed") {
    give_up("There is no case '" + line.run + "'.");
  }
  MixedRequests requests{world.customers};
  const auto load = run_closed_loop_over_http(server->port(), connection_count, Seconds{seconds},
                                              [&requests] { return requests.next(); });
  std::cout << decimal(load.per_second, 0) << " requests/s" << std::endl;
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
