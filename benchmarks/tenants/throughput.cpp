#include "tenants/throughput.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tenancy/core/tenant_id.hpp"

#include "durable_writes/closed_loop.hpp"
#include "must.hpp"
#include "raw_deployments.hpp"
#include "raw_statement.hpp"
#include "tenants/cases.hpp"
#include "tenants/library_side.hpp"

namespace tenancy_bench {
namespace {

/// One thread's connection.
class RawCreator {
 public:
  explicit RawCreator(const std::filesystem::path& file)
      : connection_{file},
        insert_{connection_.prepare(
            "INSERT INTO tenancy_tenants (tenant_id, slug, name, status, plan, template_version, "
            "workflow_ids, metadata, epoch, version, created_at, updated_at) "
            "VALUES (?1, ?2, ?3, 'active', '', '', '{}', '{}', 1, 1, ?4, ?4)")} {}

  bool create(const std::string& slug, const std::string& name) {
    const auto now =
        std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    if (!connection_.try_begin_write()) {
      return false;
    }
    {
      RawUse use{insert_.get()};
      use.bind_number(1, tenancy::TenantId::generate().value());
      use.bind_text(2, slug);
      use.bind_text(3, name);
      use.bind_number(4, now.time_since_epoch().count());
      use.step();
    }
    connection_.commit();
    return true;
  }

 private:
  RawDeployments connection_;
  RawStatement insert_;
};

struct Names {
  Names(std::size_t round, std::size_t thread, std::size_t number)
      : slug{"tenant-" + std::to_string(round) + "-" + std::to_string(thread) + "-" +
             std::to_string(number)},
        name{"Tenant " + std::to_string(number)} {}

  std::string slug;
  std::string name;
};

double per_second(std::size_t threads, const Write& write, std::chrono::duration<double> time) {
  const auto run = run_closed_loop(threads, 0, write, [&] { std::this_thread::sleep_for(time); });
  std::uint64_t done = 0;
  for (const ThreadRun& thread : run.threads) {
    done += thread.in_time;
  }
  return static_cast<double>(done) / std::chrono::duration<double>(run.took).count();
}

}  // namespace

Turns measure_creation(const std::filesystem::path& folder, std::size_t threads,
                       double seconds_each) {
  const auto file = [&](const char* side) {
    return folder / (side + ("-" + std::to_string(threads) + ".db"));
  };
  const auto authority = open_store(file("library"), default_cache_bytes());
  const auto registry = authority.registry(benchmark_principal());
  open_store(file("raw"), 0);
  std::vector<std::unique_ptr<RawCreator>> creators;
  for (std::size_t thread = 0; thread < threads; ++thread) {
    creators.push_back(std::make_unique<RawCreator>(file("raw")));
  }

  std::size_t library_round = 0;
  std::size_t raw_round = 0;
  return take_turns(
      [&](auto time) {
        ++library_round;
        return per_second(
            threads,
            [&](std::size_t thread, std::size_t number) -> std::size_t {
              const Names names{library_round, thread, number};
              check(registry.create({names.slug, names.name}));
              return 1;
            },
            time);
      },
      [&](auto time) {
        ++raw_round;
        return per_second(
            threads,
            [&](std::size_t thread, std::size_t number) -> std::size_t {
              const Names names{raw_round, thread, number};
              return creators[thread]->create(names.slug, names.name) ? 1 : 0;
            },
            time);
      },
      seconds_each);
}

Turns measure_two_threads(const std::filesystem::path& file, std::size_t size,
                          double seconds_each) {
  const LibrarySide side{file, default_cache_bytes()};
  std::vector<Requests> requests(2, Requests::of_few(working_set, size));
  side.authenticate_and_read(requests.front(), requests.front().size());
  const auto by_threads = [&](std::size_t threads) -> Round {
    return [&, threads](auto time) {
      // More than one, so that looking at the clock does not count.
      constexpr std::size_t together = 100;
      return per_second(
          threads,
          [&](std::size_t thread, std::size_t /*number*/) {
            side.authenticate_and_read(requests[thread], together);
            return together;
          },
          time);
    };
  };
  return take_turns(by_threads(2), by_threads(1), seconds_each);
}

}  // namespace tenancy_bench
