#pragma once

#include "property/repository/changes.hpp"

namespace tenancy_test::repository {

/// One call that reads rows, compared with what the model has.
void look(Dice& dice, const Repositories& rows, const Model& model);

}  // namespace tenancy_test::repository
