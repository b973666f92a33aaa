#pragma once

#include <functional>
#include <optional>

#include "property/repository/item_model.hpp"

namespace tenancy_test::repository {

// Three-valued logic, as SQL has it.
using Truth = std::optional<bool>;
using Judge = std::function<Truth(const Item&)>;

struct Condition {
  tenancy::Predicate<Item> predicate;
  Judge judge;
};

/// Comparisons in one another at most so deep.
Condition random_condition(Dice& dice, int depth);

}  // namespace tenancy_test::repository
