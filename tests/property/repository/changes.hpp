#pragma once

#include "property/repository/item_model.hpp"

namespace tenancy_test::repository {

/// What a unit of work uses: alone or in a transaction.
struct Repositories {
  tenancy::Repository<Item> items;
  tenancy::Repository<Person> people;
};

/// One call that changes rows, in the library and in the model.
void change(Dice& dice, const Repositories& rows, Model& model, tenancy::Timestamp now);

}  // namespace tenancy_test::repository
