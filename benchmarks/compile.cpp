#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "command_line.hpp"
#include "compile/compiler.hpp"
#include "compile/sample.hpp"
#include "figures.hpp"
#include "side_by_side.hpp"
#include "table.hpp"
#include "temporary_folder.hpp"

namespace {

using namespace tenancy_bench;

constexpr std::array efforts{Effort::check, Effort::optimise};

std::string name_of(Effort effort) { return effort == Effort::check ? "check" : "optimise"; }

/// A file with so many entities, and what compiling it took in each round.
struct Source {
  std::string name;
  std::size_t entities;
  std::filesystem::path file;
  std::array<std::vector<double>, efforts.size()> milliseconds = {};

  [[nodiscard]] double median(Effort effort) const {
    auto sorted = milliseconds.at(static_cast<std::size_t>(effort));
    const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
    std::nth_element(sorted.begin(), middle, sorted.end());
    return *middle;
  }
};

/// One way to do the work, with several numbers of entities.
struct Way {
  std::string name;
  std::vector<Source> sources;

  Way(std::string way, const Sample& sample, const std::vector<std::size_t>& sizes,
      const std::filesystem::path& folder)
      : name{std::move(way)} {
    for (const std::size_t size : sizes) {
      const auto file = folder / (name + "_" + std::to_string(size) + ".cpp");
      std::ofstream{file} << sample.with_entities(size);
      sources.push_back({name, size, file});
    }
  }

  /// The file with one entity.
  [[nodiscard]] double first(Effort effort) const { return sources.front().median(effort); }

  /// What one entity more takes: the line between the fewest and the most.
  [[nodiscard]] double slope(Effort effort) const {
    const Source& fewest = sources.front();
    const Source& most = sources.back();
    return (most.median(effort) - fewest.median(effort)) /
           static_cast<double>(most.entities - fewest.entities);
  }
};

/// All files in turn, so that a slow moment of the machine hits them alike.
void measure(std::vector<Way*> ways, double seconds) {
  constexpr std::size_t most_rounds = 9;
  const Compiler compiler;
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>{seconds};
  for (std::size_t round = 0;
       round == 0 || (round < most_rounds && std::chrono::steady_clock::now() < end); ++round) {
    std::reverse(ways.begin(), ways.end());
    for (Way* const way : ways) {
      for (Source& source : way->sources) {
        for (const Effort effort : efforts) {
          source.milliseconds.at(static_cast<std::size_t>(effort))
              .push_back(compiler.milliseconds(source.file, effort));
        }
      }
    }
  }
}

void print(const std::vector<Way*>& ways) {
  using enum Table::Align;
  Table table{{{"source file"},
               {"entities", right},
               {"-O0 -fsyntax-only", right},
               {"-O2 -c", right},
               {"user CPU"}}};
  for (const Way* const way : ways) {
    for (const Source& source : way->sources) {
      table.add({source.name, std::to_string(source.entities),
                 decimal(source.median(Effort::check), 0),
                 decimal(source.median(Effort::optimise), 0), "ms"});
    }
  }
  std::cout << '\n';
  table.print(std::cout);
  std::cout << '\n';
}

}  // namespace

/// What a source file that uses the library takes to compile, against the same work by hand.
int main(int argc, char** argv) {
  auto line = parse_command_line(argc, argv);
  if (!line || !line->run.empty()) {
    return EXIT_FAILURE;
  }
  if (line->sizes.empty()) {
    line->sizes = {1, 5, 10};
  }
  if (line->sizes.front() >= line->sizes.back()) {
    std::cerr << "--sizes takes growing numbers of entities.\n";
    return EXIT_FAILURE;
  }
  const std::vector<std::size_t> outermost{line->sizes.front(), line->sizes.back()};
  const TemporaryFolder folder;
  const std::filesystem::path samples = TENANCY_BENCH_SAMPLES;
  const Sample by_hand{samples / "by_hand.cpp"};
  Way library{"through_library", Sample{samples / "through_library.cpp"}, line->sizes,
              folder.path()};
  Way hand{"by_hand", by_hand, outermost, folder.path()};
  Way bare{"by_hand_without_json",
           by_hand.without_include("<nlohmann/json.hpp>"),
           {line->sizes.front()},
           folder.path()};
  const std::vector<Way*> ways{&library, &hand, &bare};
  constexpr double default_seconds = 240;
  std::cout << "Compiling ..." << std::endl;
  measure(ways, line->seconds.value_or(default_seconds));
  print(ways);

  Figures figures;
  for (const Effort effort : efforts) {
    const std::string name = name_of(effort);
    figures.add({name + "_ratio", library.first(effort) / hand.first(effort), "x",
                 "SQLiteCpp and nlohmann/json by hand", Goal{Goal::Bound::at_most, 1.5}});
    figures.add({name + "_ratio_without_json", library.first(effort) / bare.first(effort), "x",
                 "SQLiteCpp by hand"});
    figures.add({name + "_ms", library.first(effort), "ms", ""});
    figures.add({"further_entity_" + name + "_ms", library.slope(effort), "ms", ""});
    figures.add({"further_entity_" + name + "_share", library.slope(effort) / library.first(effort),
                 "x", "the file with one entity"});
    figures.add({"further_entity_" + name + "_ratio", library.slope(effort) / hand.slope(effort),
                 "x", "a further table by hand"});
  }
  return report(figures, *line);
}
