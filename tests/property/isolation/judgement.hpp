#pragma once

#include "property/isolation/operation.hpp"
#include "property/isolation/rows.hpp"

namespace tenancy_test::isolation {

// What conditions and orders mean, after SQL and without the library.

Thing row_of(const Draft& draft);

/// Whether the condition is true of the row; false and unknown are neither.
bool holds(const Condition& condition, const Thing& row);

/// Less than 0, 0, or more than 0: where one row comes before another in a list, to the last by the
/// key. NULL comes before everything else.
int compare(const Operation& list, const Thing& one, const Thing& other);

}  // namespace tenancy_test::isolation
