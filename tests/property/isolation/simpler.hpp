#pragma once

#include <vector>

#include "property/isolation/operation.hpp"

namespace tenancy_test::isolation {

/// What may stand for an operation in a failing sequence: operations that do less, or the same to
/// plainer values.
std::vector<Operation> simpler(const Operation& operation);

}  // namespace tenancy_test::isolation
