#pragma once

#include "tenancy/data/query.hpp"

#include "property/isolation/operation.hpp"
#include "property/isolation/rows.hpp"

namespace tenancy_test::isolation {

/// A condition in the library's words.
tenancy::Predicate<Thing> predicate_of(const Condition& condition);
/// A list's condition and order.
tenancy::Query<Thing> query_of(const Operation& list);

}  // namespace tenancy_test::isolation
