#include "property/isolation/replay.hpp"

#include <algorithm>
#include <utility>

#include "property/isolation/shrink.hpp"
#include "property/isolation/simpler.hpp"
#include "property/isolation/world.hpp"

namespace tenancy_test::isolation {
namespace {

constexpr std::size_t operations_between_looks_at_the_file = 500;

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) {
    text += "\n    " + line;
  }
  return text;
}

std::optional<Difference> compare_files(const Library& library, const World& world,
                                        std::size_t position) {
  for (int tenant = 0; tenant < tenant_count; ++tenant) {
    const auto stored = library.stored(tenant);
    const auto expected = world.stored(tenant);
    if (stored != expected) {
      return Difference{position, "rows of " + name_of(tenant) + " in the file:" + joined(stored),
                        joined(expected)};
    }
  }
  if (const auto strays = library.stray_rows(); strays != 0) {
    return Difference{position, std::to_string(strays) + " rows of nobody in the file", "none"};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Difference> replay(const Sequence& sequence, const Sabotage& sabotage) {
  Library library;
  World world;
  for (std::size_t i = 0; i < sequence.size(); ++i) {
    const Operation& operation = sequence[i];
    library.advance();
    const Answer answer = library.apply(operation);
    if (sabotage.store) {
      sabotage.store(operation, library);
    }
    Answer expected = world.apply(operation, library.now());
    if (sabotage.model) {
      sabotage.model(operation, expected);
    }
    if (!(answer == expected)) {
      return Difference{i, describe(answer), describe(expected)};
    }
    if (i % operations_between_looks_at_the_file == 0) {
      if (auto difference = compare_files(library, world, i)) {
        return difference;
      }
    }
  }
  return compare_files(library, world, sequence.size());
}

std::optional<Shrunk> shrink(const Sequence& sequence, const Difference& difference,
                             const Sabotage& sabotage) {
  Difference last = difference;
  const Shrinker<Operation> shrinker{[&](const Sequence& candidate) {
                                       auto found = replay(candidate, sabotage);
                                       if (!found) {
                                         return false;
                                       }
                                       last = *std::move(found);
                                       return true;
                                     },
                                     simpler};
  // Nothing behind the difference matters to it.
  Sequence failing = sequence;
  failing.resize(std::min(failing.size(), difference.position + 1));
  if (!replay(failing, sabotage)) {
    return std::nullopt;
  }
  failing = shrinker.shrink(std::move(failing));
  return Shrunk{std::move(failing), std::move(last)};
}

}  // namespace tenancy_test::isolation
