#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "property/isolation/library.hpp"
#include "property/isolation/operation.hpp"

namespace tenancy_test::isolation {

/// Where library and model said different things.
struct Difference {
  std::size_t position;  ///< Of the operation.
  std::string observed;
  std::string model;
};

/// Damage that a test of the test does.
struct Sabotage {
  /// After each operation, to the store.
  std::function<void(const Operation&, Library&)> store = {};
  /// To what the model says.
  std::function<void(const Operation&, Answer&)> model = {};
};

/// Does all of it on a fresh store and in the model. Compares the answer to each operation, and
/// every so often, and at the end, all rows of all tenants as the file holds them.
std::optional<Difference> replay(const Sequence& sequence, const Sabotage& sabotage = {});

/// A sequence that fails, made short: what is left of it and what differs. Nothing when it does not
/// fail again, because it hangs on something else than what is done, such as time.
struct Shrunk {
  Sequence sequence;
  Difference difference;
};
std::optional<Shrunk> shrink(const Sequence& sequence, const Difference& difference,
                             const Sabotage& sabotage = {});

}  // namespace tenancy_test::isolation
