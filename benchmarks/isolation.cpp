#include <cstdlib>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sqlite3.h>

#include "command_line.hpp"
#include "isolation/data_set.hpp"
#include "isolation/library_side.hpp"
#include "isolation/raw_side.hpp"
#include "isolation/row_check.hpp"
#include "isolation/scratch_copy.hpp"
#include "isolation/soci_side.hpp"
#include "isolation/sqlitecpp_side.hpp"
#include "isolation/workload.hpp"
#include "lazy.hpp"
#include "side_by_side.hpp"
#include "temporary_folder.hpp"

namespace {

using namespace tenancy_bench;

using Case = void (Cases::*)(std::size_t times);

/// All sides on one file, each made when it is first asked for.
class Sides {
 public:
  Sides(std::function<const DataSet&()> data, const Workload& workload) {
    const auto add = [&](std::string name, auto make) {
      sides_.emplace_back(std::move(name),
                          [data, &workload, make] { return make(data(), workload); });
    };
    add("raw", make_raw_side);
    add("library", make_library_side);
    add("sqlitecpp", make_sqlitecpp_side);
    add("soci", make_soci_side);
  }

  Comparison compare(std::string name, Case run, std::size_t batch, std::optional<Goal> goal = {},
                     Operation take_back = {}) {
    const auto operation = [&](std::size_t side) {
      return [&made = sides_[side].second, run](std::size_t times) {
        (made.get().get()->*run)(times);
      };
    };
    Comparison comparison{std::move(name), operation(0), operation(1), batch, goal};
    for (std::size_t i = 2; i < sides_.size(); ++i) {
      comparison.peers.push_back({sides_[i].first, operation(i)});
    }
    comparison.take_back = std::move(take_back);
    return comparison;
  }

  /// Whether all sides read the same rows.
  [[nodiscard]] bool agree() {
    const auto read = [](Cases& cases) {
      cases.stream(1);
      return cases.streamed();
    };
    const auto checksum = read(*sides_.front().second.get());
    for (auto& [name, made] : sides_) {
      if (read(*made.get()) != checksum) {
        std::cerr << name << " does not read what the others read.\n";
        return false;
      }
    }
    return true;
  }

 private:
  std::vector<std::pair<std::string, Lazy<std::unique_ptr<Cases>>>> sides_;
};

/// Last, since they have no peers.
void append_row_check(std::vector<Comparison>& cases, Lazy<std::unique_ptr<RowCheck>>& loops) {
  using Checks = RowCheck::Checks;
  const auto add = [&](const char* name, void (RowCheck::*loop)(Checks, std::size_t),
                       std::size_t batch) {
    const auto operation = [&loops, loop](Checks checks) {
      return
          [&loops, loop, checks](std::size_t times) { (loops.get().get()->*loop)(checks, times); };
    };
    cases.push_back({.name = name,
                     .raw = operation(Checks::no),
                     .through_library = operation(Checks::yes),
                     .batch = batch,
                     .against = "the same by hand without it"});
  };
  add("row_check_point_read", &RowCheck::point_read, 1000);
  add("row_check_stream_10000", &RowCheck::stream, 1);
}

std::vector<Comparison> cases_of(Sides& sides, Sides& scratch_sides,
                                 Lazy<std::unique_ptr<ScratchCopy>>& scratch) {
  constexpr std::size_t many = 1000;
  constexpr std::size_t pages = 100;
  constexpr std::size_t durable = 500;
  const auto at_most = [](double value) { return Goal{Goal::Bound::at_most, value}; };
  return {
      sides.compare("point_read", &Cases::point_read, many, at_most(1.05)),
      sides.compare("list_50_behind_cursor", &Cases::list_behind_cursor, pages, at_most(1.08)),
      sides.compare("list_50_numbered", &Cases::list_numbered, pages, at_most(1.08)),
      sides.compare("stream_10000", &Cases::stream, 1, at_most(1.05)),
      sides.compare("insert", &Cases::insert, many, at_most(1.10)),
      sides.compare("update", &Cases::update, many, at_most(1.10)),
      sides.compare("erase", &Cases::erase, many, at_most(1.10)),
      sides.compare("one_shot_read", &Cases::one_shot_read, many),
      sides.compare("one_shot_list_50", &Cases::one_shot_list, pages),
      sides.compare("one_shot_stream_10000", &Cases::one_shot_stream, 1),
      scratch_sides.compare("one_shot_insert", &Cases::one_shot_insert, durable, {},
                            [&](std::size_t times) { scratch.get()->take_back_inserts(times); }),
      scratch_sides.compare("one_shot_update", &Cases::one_shot_update, durable, {},
                            [&](std::size_t /*times*/) { scratch.get()->take_back_updates(); }),
      scratch_sides.compare("one_shot_erase", &Cases::one_shot_erase, durable, {},
                            [&](std::size_t times) { scratch.get()->take_back_erasures(times); }),
  };
}

}  // namespace

/// What isolation costs: the same work by hand on SQLite's C API, through a repository, and by hand
/// with two libraries that know nothing of tenants.
int main(int argc, char** argv) {
  auto line = parse_command_line(argc, argv);
  if (!line) {
    return EXIT_FAILURE;
  }
  // No connection has a mutex: SOCI has no other way to ask for one without.
  sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
  std::optional<TemporaryFolder> folder;
  if (line->store.empty()) {
    folder.emplace();
    line->store = folder->path() / "isolation.db";
  }
  const Workload workload;
  const DataSet data{line->store};
  Lazy<std::unique_ptr<ScratchCopy>> scratch{
      [&] { return std::make_unique<ScratchCopy>(line->store, workload); }};
  Sides sides{[&]() -> const DataSet& { return data; }, workload};
  Sides scratch_sides{[&]() -> const DataSet& { return scratch.get()->data(); }, workload};
  if (line->run.empty() && !sides.agree()) {
    return EXIT_FAILURE;
  }
  Lazy<std::unique_ptr<RowCheck>> row_check{
      [&] { return std::make_unique<RowCheck>(data, workload); }};
  auto cases = cases_of(sides, scratch_sides, scratch);
  append_row_check(cases, row_check);
  return compare(cases, "raw sqlite3 C API", *line);
}
