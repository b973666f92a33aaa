#pragma once

#include <functional>
#include <vector>

#include "property/repository/conditions.hpp"

namespace tenancy_test::repository {

/// Less than 0, 0 or more than 0; NULL before everything else.
using Compare = std::function<int(const Item&, const Item&)>;

/// A query, and what it means.
struct Asked {
  tenancy::Query<Item> query;
  Judge judge;
  Compare compare;  ///< Of the whole order, keys at the end.
};

Asked random_query(Dice& dice, tenancy::Order order);

/// The rows that the query must give, in its order.
std::vector<Item> rows_of(const Model& model, const Asked& asked);

}  // namespace tenancy_test::repository
