#include "property/isolation/simpler.hpp"

#include <cstddef>
#include <utility>

namespace tenancy_test::isolation {
namespace {

class Candidates {
 public:
  explicit Candidates(const Operation& operation) : operation_{operation} {}

  /// The operation with this one of its members changed, unless it is so already.
  template <class Change>
  void add(Change change) {
    Operation candidate = operation_;
    change(candidate);
    if (!(candidate == operation_)) {
      found_.push_back(std::move(candidate));
    }
  }
  void add_whole(Operation candidate) { found_.push_back(std::move(candidate)); }

  /// Each element of a list left out.
  template <class List>
  void add_shorter(List list) {
    for (std::size_t i = 0; i < (operation_.*list).size(); ++i) {
      add([&](Operation& candidate) {
        auto& elements = candidate.*list;
        elements.erase(elements.begin() + static_cast<std::ptrdiff_t>(i));
      });
    }
  }

  [[nodiscard]] std::vector<Operation> take() && { return std::move(found_); }

 private:
  const Operation& operation_;
  std::vector<Operation> found_;
};

/// Values that stand for nothing, or for the first of their kind.
template <class Change>
void plainer(const Draft& row, Change change) {
  const Draft plain{.id = row.id, .title = row.title, .points = 1};
  change(plain);
  change(Draft{.id = 0,
               .title = row.title,
               .note = row.note,
               .points = row.points,
               .weight = row.weight,
               .owner = row.owner});
  change(Draft{.id = row.id,
               .title = 0,
               .note = row.note,
               .points = row.points,
               .weight = row.weight,
               .owner = row.owner});
}

}  // namespace

std::vector<Operation> simpler(const Operation& operation) {
  Candidates candidates{operation};
  // A single call, where a transaction around it does not matter.
  if (operation.ending == Ending::commit) {
    for (const Operation& inner : operation.inner) {
      candidates.add_whole(inner);
    }
  }
  candidates.add_shorter(&Operation::inner);
  candidates.add_shorter(&Operation::rows);
  candidates.add_shorter(&Operation::order);
  for (std::size_t i = 0; i < operation.condition.terms.size(); ++i) {
    candidates.add([&](Operation& candidate) {
      auto& terms = candidate.condition.terms;
      terms.erase(terms.begin() + static_cast<std::ptrdiff_t>(i));
    });
  }
  for (std::size_t i = 0; i < operation.inner.size(); ++i) {
    for (Operation& inner : simpler(operation.inner[i])) {
      candidates.add([&](Operation& candidate) { candidate.inner[i] = std::move(inner); });
    }
  }
  candidates.add([](Operation& candidate) { candidate.ending = Ending::commit; });
  candidates.add([](Operation& candidate) { candidate.condition.is_negated = false; });
  candidates.add([](Operation& candidate) { candidate.condition.is_either = false; });
  candidates.add([](Operation& candidate) { candidate.newest_first = false; });
  candidates.add([](Operation& candidate) { candidate.number = 1; });
  candidates.add([](Operation& candidate) { candidate.walk = 0; });
  candidates.add([](Operation& candidate) { candidate.behind = 0; });
  // What is done to an owner needs one.
  const bool is_of_owner = operation.kind == Kind::put_owner || operation.kind == Kind::erase_owner;
  plainer(operation.row, [&](Draft row) {
    if (is_of_owner) {
      row.owner = operation.row.owner;
    }
    candidates.add([&](Operation& candidate) { candidate.row = row; });
  });
  for (std::size_t i = 0; i < operation.rows.size(); ++i) {
    plainer(operation.rows[i], [&](const Draft& row) {
      candidates.add([&](Operation& candidate) { candidate.rows[i] = row; });
    });
  }
  return std::move(candidates).take();
}

}  // namespace tenancy_test::isolation
