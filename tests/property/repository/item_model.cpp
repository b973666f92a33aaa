#include "property/repository/item_model.hpp"

namespace tenancy_test::repository {

std::string name_of(Priority priority) {
  return priority == Priority::low ? "low" : priority == Priority::high ? "high" : "normal";
}

std::int64_t random_number(Dice& dice) { return dice.below(8); }

Item random_item(Dice& dice) {
  Item item;
  item.project = dice.of(projects);
  item.number = random_number(dice);
  item.title = dice.of(titles);
  item.note = dice.of(notes);
  item.points = dice.below(5) - 2;
  item.weight = dice.of(weights);
  item.priority = dice.of(priorities);
  item.done = dice.one_in(2);
  item.owner = dice.of(owners);
  return item;
}

}  // namespace tenancy_test::repository
