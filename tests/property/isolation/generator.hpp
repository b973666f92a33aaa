#pragma once

#include <cstddef>

#include "property/dice.hpp"
#include "property/isolation/operation.hpp"

namespace tenancy_test::isolation {

/// Something to do, whatever there is: what is done to rows that are missing counts as much.
Operation random_operation(Dice& dice);

/// At least so many operations, those in transactions counted each.
Sequence random_sequence(Dice& dice, std::size_t operations);

}  // namespace tenancy_test::isolation
