#pragma once

#include <functional>

#include "property/repository/item_model.hpp"

namespace tenancy_test::repository {

/// A walk by cursors, forwards from the beginning and back from where it ends, while `meanwhile`,
/// which may change rows and the model with them, is called between pages.
void walk(Dice& dice, const tenancy::Repository<Item>& items, const Model& model,
          const std::function<void()>& meanwhile);

}  // namespace tenancy_test::repository
