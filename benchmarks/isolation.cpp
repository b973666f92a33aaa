#include <cstdlib>
#include <optional>
#include <vector>

#include "command_line.hpp"
#include "isolation/data_set.hpp"
#include "isolation/library_side.hpp"
#include "isolation/raw_side.hpp"
#include "isolation/workload.hpp"
#include "side_by_side.hpp"
#include "temporary_folder.hpp"

/// What isolation costs: the same work by hand on SQLite's C API and through a repository.
int main(int argc, char** argv) {
  using namespace tenancy_bench;

  auto line = parse_command_line(argc, argv);
  if (!line) {
    return EXIT_FAILURE;
  }
  std::optional<TemporaryFolder> folder;
  if (line->store.empty()) {
    folder.emplace();
    line->store = folder->path() / "isolation.db";
  }
  const DataSet data{line->store};
  const Workload workload;
  RawSide raw{data, workload};
  LibrarySide library{data, workload};

  const auto both = [&](auto name, auto raw_case, auto library_case, std::size_t batch,
                        std::optional<Goal> goal = {}) {
    return Comparison{
        name, [&raw, raw_case](std::size_t times) { (raw.*raw_case)(times); },
        [&library, library_case](std::size_t times) { (library.*library_case)(times); }, batch,
        goal};
  };
  const auto at_most = [](double value) { return Goal{Goal::Bound::at_most, value}; };
  const std::vector<Comparison> cases{
      both("point_read", &RawSide::point_read, &LibrarySide::point_read, 1000, at_most(1.05)),
      both("list_50_behind_cursor", &RawSide::list_behind_cursor, &LibrarySide::list_behind_cursor,
           100, at_most(1.08)),
      both("list_50_numbered", &RawSide::list_numbered, &LibrarySide::list_numbered, 100,
           at_most(1.08)),
      both("insert", &RawSide::insert, &LibrarySide::insert, 1000, at_most(1.10)),
      both("update", &RawSide::update, &LibrarySide::update, 1000, at_most(1.10)),
      both("one_shot_read", &RawSide::one_shot_read, &LibrarySide::one_shot_read, 1000),
  };
  return compare(cases, "raw sqlite3 C API", *line);
}
