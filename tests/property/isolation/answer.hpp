#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tenancy/core/error.hpp"

#include "property/isolation/rows.hpp"

namespace tenancy_test::isolation {

/// What came of an operation, from the library or from the model.
struct Answer {
  std::optional<tenancy::errc> error = {};
  std::vector<Thing> rows = {};
  std::vector<std::int64_t> numbers = {};
  std::vector<std::optional<double>> reals = {};
  std::vector<std::optional<std::string>> texts = {};
  std::vector<Answer> inner = {};  ///< Of each operation in it.

  friend bool operator==(const Answer&, const Answer&) = default;
};

std::string describe(const Answer& answer);

}  // namespace tenancy_test::isolation
