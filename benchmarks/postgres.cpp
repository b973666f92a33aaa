// What tenancy costs on PostgreSQL: the same statements through `Repository`, as a tenant's own
// query through `ScopedSql`, and by libpq alone, at loopback and with a millisecond of network
// between, and what eight connections do in a second.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tenancy/data/repository.hpp"
#include "tenancy/data/scoped_sql.hpp"
#include "tenancy/migrate/migrate.hpp"
#include "tenancy/migrate/tenant_table.hpp"
#include "tenancy/registry/open.hpp"
#include "tenancy/storage/postgres/set_up.hpp"
#include "tenancy/storage/postgres/store_kind.hpp"

#include "command_line.hpp"
#include "figures.hpp"
#include "give_up.hpp"
#include "must.hpp"
#include "postgres/raw_notes.hpp"
#include "postgres/server.hpp"
#include "side_by_side.hpp"
#include "support/tcp_proxy.hpp"

namespace {

using namespace tenancy_bench;
using Clock = std::chrono::steady_clock;
using enum Goal::Bound;

constexpr int rows = 10'000;
constexpr int tenants = 20;
constexpr std::int64_t page = 50;
constexpr const char* database = "bench";
constexpr const char* raw_database = "bench_raw";

struct Note {
  std::string id = {};
  std::string title = {};
  std::int64_t stars = 0;
  std::int64_t created_at = 0;
};

constexpr auto tenancy_mapping(std::type_identity<Note>) {
  namespace m = tenancy::mapping;
  return m::entity("notes", m::key("id", &Note::id), m::column("title", &Note::title),
                   m::column("stars", &Note::stars), m::column("created_at", &Note::created_at));
}

std::string id_of(int number) {
  std::string digits = std::to_string(number);
  return "note-" + std::string(8 - digits.size(), '0') + digits;
}

tenancy::OpenOptions options(std::size_t connections, const std::string& queries_url = {}) {
  const tenancy::TenantTable table{.name = "notes",
                                   .columns = {{"id", tenancy::ColumnType::text},
                                               {"title", tenancy::ColumnType::text},
                                               {"stars", tenancy::ColumnType::integer},
                                               {"created_at", tenancy::ColumnType::integer}},
                                   .key = {"id"}};
  const tenancy::TenantTable tags{
      .name = "tags",
      .columns = {{"note", tenancy::ColumnType::text}, {"tag", tenancy::ColumnType::text}},
      .key = {"note", "tag"}};
  const auto sql_of = [](const tenancy::TenantTable& made) {
    return must(create_tenant_table(made, tenancy::Dialect::postgresql));
  };
  return {.migrations = {{.version = 1, .name = "notes", .sql = sql_of(table)},
                         {.version = 2, .name = "tags", .sql = sql_of(tags)}},
          .keys = tenancy::KeyRing::ephemeral(),
          .kinds = {tenancy::postgres::store_kind(
              {.max_connections = connections, .queries_url = queries_url})}};
}

/// Rows of that many tenants in both tables, which lie in a database each.
std::vector<tenancy::TenantId> fill(const tenancy::Authority& authority, const RawNotes& raw,
                                    const PlainSession& admin) {
  std::vector<tenancy::TenantId> ids;
  for (int tenant = 0; tenant < tenants; ++tenant) {
    const std::string slug = "tenant-" + std::to_string(tenant);
    const auto made = must(authority.registry().create({slug, slug}));
    ids.push_back(made.id);
    const std::string values = " SELECT " + std::to_string(made.id.value()) +
                               ", 'note-' || lpad(g::text, 8, '0'), 'The title of note ' || g, g, "
                               "g FROM generate_series(0, " +
                               std::to_string(rows - 1) + ") g";
    const std::string tags = " SELECT " + std::to_string(made.id.value()) +
                             ", 'note-' || lpad(g::text, 8, '0'), 'tag-' || t "
                             "FROM generate_series(0, " +
                             std::to_string(rows - 1) + ") g, generate_series(1, 2) t";
    raw.session().run("INSERT INTO raw_notes" + values);
    raw.session().run("INSERT INTO raw_tags" + tags);
    admin.run("INSERT INTO notes" + values);
    admin.run("INSERT INTO tags" + tags);
  }
  raw.session().run("VACUUM ANALYZE");
  admin.run("VACUUM ANALYZE");
  return ids;
}

/// One thing done in both ways.
struct Pair {
  std::string name;
  std::function<void()> raw;
  std::function<void()> scoped;
  int times;  ///< In a round.
  double goal;
};

double microseconds_each(const std::function<void()>& operation, int times) {
  const auto begun = Clock::now();
  for (int i = 0; i < times; ++i) {
    operation();
  }
  return std::chrono::duration<double, std::micro>(Clock::now() - begun).count() / times;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

void compare(Figures& figures, const Pair& pair, const std::string& where, int rounds) {
  std::vector<double> ratios;
  std::vector<double> raw_times;
  std::vector<double> library_times;
  microseconds_each(pair.raw, pair.times / 4 + 1);
  microseconds_each(pair.scoped, pair.times / 4 + 1);
  for (int round = 0; round < rounds; ++round) {
    // By turns, and each first as often as the other.
    double raw = 0;
    double library = 0;
    if (round % 2 == 0) {
      raw = microseconds_each(pair.raw, pair.times);
      library = microseconds_each(pair.scoped, pair.times);
    } else {
      library = microseconds_each(pair.scoped, pair.times);
      raw = microseconds_each(pair.raw, pair.times);
    }
    raw_times.push_back(raw);
    library_times.push_back(library);
    ratios.push_back(library / raw);
  }
  const std::string name = pair.name + where;
  figures.add({name + "_time_ratio", median(ratios), "x", "bare libpq", Goal{at_most, pair.goal}});
  figures.add({name + "_raw", median(raw_times), "us", ""});
  figures.add({name + "_library", median(library_times), "us", ""});
}

/// Rows that no former round has added.
std::string next_id() {
  static std::atomic<int> number = 50'000;
  return id_of(++number);
}

std::vector<Pair> pairs(const RawNotes& raw, const tenancy::Store& store,
                        const tenancy::TenantContext& context, int times, double goal) {
  const auto owner = context.tenant().value();
  const auto notes = std::make_shared<tenancy::Repository<Note>>(store, context);
  const auto turn = std::make_shared<int>(0);
  const auto next = [turn] { return id_of((*turn += 7919) % rows); };
  return {
      {"point_read", [&raw, owner, next] { static_cast<void>(raw.find(owner, next())); },
       [notes, next] { static_cast<void>(must(notes->require(next()))); }, times, goal},
      {"list_of_50", [&raw, owner] { static_cast<void>(raw.newest_50(owner)); },
       [notes] { static_cast<void>(must(notes->list(tenancy::PageRequest{.limit = page}))); },
       times / 2, goal},
      {"insert",
       [&raw, owner] {
         raw.insert(owner, {next_id(), "A title", 1, 2});
       },
       [notes] {
         static_cast<void>(must(notes->insert({next_id(), "A title", 1, 2})));
       },
       times / 4, goal},
  };
}

/// Behind 25 notes.
std::string id_behind(const std::string& id) { return id_of(std::stoi(id.substr(5)) + 25); }

/// The same as queries that the tenant wrote.
std::vector<Pair> scoped_pairs(const RawNotes& raw, const tenancy::Store& store,
                               const tenancy::TenantContext& context, int times) {
  const auto owner = context.tenant().value();
  const auto sql = std::make_shared<tenancy::ScopedSql>(
      store, context, tenancy::SqlLimits{.time = std::chrono::seconds{30}});
  const auto turn = std::make_shared<int>(0);
  const auto next = [turn] { return id_of((*turn += 7919) % rows); };
  return {
      {"scoped_point", [&raw, owner, next] { static_cast<void>(raw.find(owner, next())); },
       [sql, next] {
         const auto table = must(
             sql->query("SELECT id, title, stars, created_at FROM notes WHERE id = ?", {next()}));
         if (table.rows.size() != 1) {
           give_up("a tenant's query finds no row");
         }
       },
       times, 3},
      {"scoped_list_of_50", [&raw, owner] { static_cast<void>(raw.newest_50(owner)); },
       [sql] {
         static_cast<void>(must(sql->query(
             "SELECT id, title, stars, created_at FROM notes ORDER BY id DESC LIMIT 50")));
       },
       times / 2, 3},
      {"scoped_join",
       [&raw, owner, next] {
         const std::string first = next();
         static_cast<void>(raw.tagged(owner, first, id_behind(first)));
       },
       [sql, next] {
         const std::string first = next();
         static_cast<void>(must(
             sql->query("SELECT n.id, n.title, t.tag FROM notes n JOIN tags t ON t.note = n.id "
                        "WHERE n.id >= ? AND n.id < ? ORDER BY n.id, t.tag",
                        {first, id_behind(first)})));
       },
       times / 2, 3},
  };
}

/// Reads in a second by so many threads.
double reads_per_second(const tenancy::Store& store,
                        const std::vector<tenancy::TenantContext>& contexts, int threads,
                        std::chrono::seconds time) {
  std::atomic<std::int64_t> reads = 0;
  std::vector<std::thread> workers;
  const auto end = Clock::now() + time;
  for (int worker = 0; worker < threads; ++worker) {
    workers.emplace_back([&, worker] {
      std::int64_t done = 0;
      std::uint64_t turn = static_cast<std::uint64_t>(worker) * 7919;
      while (Clock::now() < end) {
        turn = turn * 6364136223846793005U + 1442695040888963407U;
        const auto& context = contexts[(turn >> 33U) % contexts.size()];
        const tenancy::Repository<Note> notes{store, context};
        static_cast<void>(must(notes.require(id_of(static_cast<int>((turn >> 40U) % rows)))));
        ++done;
      }
      reads += done;
    });
  }
  for (auto& worker : workers) {
    worker.join();
  }
  return static_cast<double>(reads) / static_cast<double>(time.count());
}

/// The same statement by pgbench.
double pgbench_per_second(const Server& server, const std::vector<tenancy::TenantId>& ids,
                          int clients, std::chrono::seconds time) {
  const std::string script = "/tmp/tenancy-bench-" + std::to_string(server.port()) + ".sql";
  {
    std::FILE* const file = std::fopen(script.c_str(), "w");
    std::fprintf(file, "\\set n random(0, %d)\n", rows - 1);
    std::fprintf(file,
                 "SELECT tenant_id, id, title, stars, created_at FROM raw_notes WHERE tenant_id = "
                 "%lld AND id = 'note-' || lpad(:n::text, 8, '0');\n",
                 static_cast<long long>(ids.front().value()));
    std::fclose(file);
  }
  const std::string command = "pgbench -n -M prepared -h 127.0.0.1 -p " +
                              std::to_string(server.port()) + " -U postgres -c " +
                              std::to_string(clients) + " -j 2 -T " + std::to_string(time.count()) +
                              " -f " + script + " " + raw_database + " 2>/dev/null";
  std::FILE* const output = ::popen(command.c_str(), "r");
  double per_second = 0;
  char line[256];
  while (std::fgets(line, sizeof line, output) != nullptr) {
    std::sscanf(line, "tps = %lf", &per_second);
  }
  ::pclose(output);
  std::remove(script.c_str());
  if (per_second <= 0) {
    give_up("pgbench gave no number");
  }
  return per_second;
}

}  // namespace

int main(int count, char** arguments) {
  const auto line = parse_command_line(count, arguments);
  if (!line) {
    return 2;
  }
  const int rounds = line->seconds ? std::max(3, static_cast<int>(*line->seconds)) : 21;
  const Server server;
  must(tenancy::postgres::set_up(server.url("postgres", "postgres"), {.database = database}));
  must(tenancy::migrate(server.url("tenancy_owner", database), options(1)));
  PlainSession{server.url("postgres", "postgres")}.run(std::string{"CREATE DATABASE "} +
                                                       raw_database);
  {
    const PlainSession session{server.url("postgres", raw_database)};
    session.run(
        "CREATE TABLE raw_notes (tenant_id BIGINT NOT NULL, id TEXT COLLATE \"C\" NOT NULL, "
        "title TEXT COLLATE \"C\" NOT NULL, stars BIGINT NOT NULL, created_at BIGINT NOT NULL, "
        "PRIMARY KEY (tenant_id, id))");
    session.run(
        "CREATE TABLE raw_tags (tenant_id BIGINT NOT NULL, note TEXT COLLATE \"C\" NOT NULL, "
        "tag TEXT COLLATE \"C\" NOT NULL, PRIMARY KEY (tenant_id, note, tag))");
  }
  auto opening = options(8, server.url("tenancy_query", database));
  const auto authority = must(tenancy::open(server.url("tenancy_app", database), opening));
  const RawNotes raw{server.url("postgres", raw_database)};
  const PlainSession admin{server.url("postgres", database)};
  const auto ids = fill(authority, raw, admin);
  std::vector<tenancy::TenantContext> contexts;
  for (const auto id : ids) {
    contexts.push_back(must(authority.enter(id)));
  }
  Figures figures;
  for (const Pair& pair : pairs(raw, authority.store(), contexts.front(), 2000, 1.25)) {
    compare(figures, pair, "", rounds);
  }
  for (const Pair& pair : scoped_pairs(raw, authority.store(), contexts.front(), 2000)) {
    compare(figures, pair, "", rounds);
  }
  {
    const tenancy_test::TcpProxy proxy{server.port(), std::chrono::microseconds{500}};
    const auto far =
        must(tenancy::open(server.url("tenancy_app", database, proxy.port()), opening));
    const RawNotes far_raw{server.url("postgres", raw_database, proxy.port())};
    const auto context = must(far.enter(ids.front()));
    for (const Pair& pair : pairs(far_raw, far.store(), context, 100, 1.08)) {
      compare(figures, pair, "_at_1ms", std::min(rounds, 11));
    }
  }
  std::vector<double> shares;
  std::vector<double> reads;
  constexpr std::chrono::seconds time{3};
  for (int round = 0; round < 5; ++round) {
    const double bare = pgbench_per_second(server, ids, 8, time);
    reads.push_back(reads_per_second(authority.store(), contexts, 8, time));
    shares.push_back(reads.back() / bare);
  }
  figures.add({"point_reads_by_8_share", median(shares), "x", "pgbench, without tenancy",
               Goal{at_least, 0.75}});
  figures.add({"point_reads_by_8_per_second", median(reads), "1/s", ""});
  return report(figures, *line);
}
