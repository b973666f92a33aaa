// Processes that write are killed, again and again over the same file. What one was told to be
// kept is there, nothing is half there, the next start works at once, and another process that
// writes meanwhile goes on.

#include <chrono>
#include <deque>
#include <filesystem>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <doctest/doctest.h>

#include "crash/pairs.hpp"
#include "crash/seed.hpp"
#include "crash/writer_process.hpp"
#include "support/must.hpp"
#include "support/temporary_folder.hpp"

using tenancy_test::below;
using tenancy_test::Findings;
using tenancy_test::must;
using tenancy_test::OpenStore;
using tenancy_test::TemporaryFolder;
using tenancy_test::tenant_count;
using tenancy_test::WriterProcess;

namespace {

constexpr int writer_threads = 3;
constexpr int numbers_of_a_writer = 1'000'000;
/// Nothing takes so long unless it hangs.
constexpr std::chrono::seconds hang{60};

/// What the writers of one round were told to be kept: a tenant and a pair's number.
using Acknowledged = std::set<std::pair<std::size_t, int>>;

/// Takes a line of a writer's. Another process in its way may make it wait too long; nothing else
/// may keep it from writing.
bool take(const std::string& line, Acknowledged& acknowledged, Findings& findings) {
  std::istringstream words{line};
  std::string kind;
  words >> kind;
  if (kind == "+") {
    std::size_t tenant = 0;
    int number = 0;
    words >> tenant >> number;
    acknowledged.emplace(tenant, number);
    return true;
  }
  if (kind == "-" && line != "- busy" && line != "- overloaded") {
    findings.add("a writer was answered " + line);
  }
  return false;
}

/// Reads on until that many writes more were acknowledged.
void await(WriterProcess& writer, int wanted, Acknowledged& acknowledged, Findings& findings) {
  while (wanted > 0) {
    const auto line = writer.next_line(hang);
    if (!line) {
      return findings.add("a writer says no more");
    }
    wanted -= take(*line, acknowledged, findings) ? 1 : 0;
  }
}

/// Reads all that it has said by now.
void drain(WriterProcess& writer, Acknowledged& acknowledged, Findings& findings) {
  while (const auto line = writer.next_line(std::chrono::milliseconds{0})) {
    take(*line, acknowledged, findings);
  }
}

void kill_one(const std::filesystem::path& file, int first, std::mt19937_64& random,
              Acknowledged& acknowledged, Findings& findings) {
  WriterProcess writer{file, first, writer_threads};
  if (below(random, 4) == 0) {
    // Perhaps it has not even opened the store.
    if (const auto line = writer.next_line(std::chrono::milliseconds{below(random, 15)})) {
      take(*line, acknowledged, findings);
    }
  } else {
    await(writer, below(random, 150), acknowledged, findings);
  }
  writer.kill();
  drain(writer, acknowledged, findings);
}

void kill_one_of_two(const std::filesystem::path& file, int first, std::mt19937_64& random,
                     Acknowledged& acknowledged, Findings& findings) {
  WriterProcess survivor{file, first, writer_threads};
  WriterProcess writer{file, first + numbers_of_a_writer, writer_threads};
  await(below(random, 2) == 0 ? writer : survivor, 1 + below(random, 60), acknowledged, findings);
  writer.kill();
  drain(writer, acknowledged, findings);
  drain(survivor, acknowledged, findings);
  // One more than there are threads, so that one at least began after the other's death.
  await(survivor, writer_threads + 1, acknowledged, findings);
  survivor.kill();
  drain(survivor, acknowledged, findings);
}

/// What is in the file, by a connection past the library.
class StoredPairs {
 public:
  StoredPairs(const std::filesystem::path& file, const OpenStore& open)
      : database_{file.string(), SQLite::OPEN_READWRITE, 5000} {
    for (std::size_t i = 0; i < tenant_count; ++i) {
      tenants_.emplace(open.contexts.at(i).tenant().value(), i);
    }
  }

  void check(const Acknowledged& acknowledged, Findings& findings) {
    Acknowledged stored;
    SQLite::Statement select{database_,
                             "SELECT tenant_id, stars, count(*), "
                             "sum(id NOT IN (stars || '-a', stars || '-b')) "
                             "FROM notes GROUP BY tenant_id, stars"};
    while (select.executeStep()) {
      const std::size_t tenant = tenants_.at(select.getColumn(0).getInt64());
      const int number = select.getColumn(1).getInt();
      stored.emplace(tenant, number);
      if (select.getColumn(2).getInt() != 2 || select.getColumn(3).getInt() != 0) {
        findings.add("pair " + std::to_string(number) + " is half there");
      }
    }
    for (const auto& [tenant, number] : acknowledged) {
      if (!stored.contains({tenant, number})) {
        findings.add("pair " + std::to_string(number) + " was acknowledged and is lost");
      }
    }
  }

  /// So that the file stays small and its pages are used again.
  void forget_before(int number) {
    SQLite::Statement erase{database_, "DELETE FROM notes WHERE stars < ?"};
    erase.bind(1, number);
    erase.exec();
  }

 private:
  SQLite::Database database_;
  std::map<std::int64_t, std::size_t> tenants_;
};

}  // namespace

TEST_CASE("writers are killed again and again: what they were told is kept, the others go on") {
  const auto seed = tenancy_test::announced_seed();
  std::mt19937_64 random{seed};
  const TemporaryFolder folder;
  const auto file = tenancy_test::file_in(folder.path());
  tenancy_test::create_tenants(must(tenancy_test::open_new(file)));

  const int kills = tenancy_test::is_long_run() ? 1'000 : 200;
  std::deque<Acknowledged> recent;
  std::size_t acknowledged_in_all = 0;
  // Numbers have to fit into 31 bits, and those of a round come after those before.
  constexpr int numbers_of_a_round = 2 * numbers_of_a_writer;
  for (int kill = 0; kill < kills; ++kill) {
    CAPTURE(seed);
    CAPTURE(kill);
    Findings findings;
    Acknowledged& acknowledged = recent.emplace_back();
    const int first = 1 + kill * numbers_of_a_round;
    if (kill % 8 == 7) {
      kill_one_of_two(file, first, random, acknowledged, findings);
    } else {
      kill_one(file, first, random, acknowledged, findings);
    }
    acknowledged_in_all += acknowledged.size();

    // Every other time it is the next writer that has to recover the file.
    if (kill % 2 == 0) {
      const OpenStore open = must(tenancy_test::open_existing(file));
      const int number = first + numbers_of_a_round - 1;
      must(tenancy_test::put_pair(open.store, open.contexts.front(), std::to_string(number),
                                  number));
      acknowledged.emplace(0, number);
      StoredPairs stored{file, open};
      for (const auto& round : recent) {
        stored.check(round, findings);
      }
      while (recent.size() > 4) {
        recent.pop_front();
        stored.forget_before(first - 3 * numbers_of_a_round);
      }
      check_integrity(file, findings);
    }
    REQUIRE(findings.text() == "");
  }
  MESSAGE(acknowledged_in_all << " writes were acknowledged over " << kills << " kills");
  CHECK(acknowledged_in_all > static_cast<std::size_t>(kills));
}
