#include "property/isolation/generator.hpp"

#include <utility>
#include <vector>

namespace tenancy_test::isolation {
namespace {

constexpr int ids = 10;
constexpr int titles = 14;

Draft random_row(Dice& dice) {
  return {.id = dice.below(ids),
          .title = dice.below(titles),
          .note = dice.below(5) - 1,
          // Rarely less than 0, which the table refuses.
          .points = dice.one_in(20) ? 0 : 1 + dice.below(4),
          .weight = dice.below(5) - 1,
          .owner = dice.one_in(2) ? -1 : dice.below(4)};
}

Term random_term(Dice& dice) {
  Term term{.column = static_cast<Column>(dice.below(column_count)), .value = dice.below(titles)};
  const bool is_text = term.column == Column::title || term.column == Column::note;
  const bool may_be_null =
      term.column == Column::note || term.column == Column::weight || term.column == Column::owner;
  std::vector<Test> tests{Test::equal,    Test::not_equal, Test::less,
                          Test::at_least, Test::between,   Test::one_of};
  if (may_be_null) {
    tests.push_back(Test::is_null);
  }
  if (is_text) {
    tests.push_back(Test::prefix);
    tests.push_back(Test::contains);
  }
  term.test = dice.of(tests);
  term.other = dice.below(titles);
  return term;
}

Condition random_condition(Dice& dice) {
  if (dice.one_in(5)) {
    // Matches every row there is.
    return {.terms = {{.column = Column::id, .test = Test::at_least, .value = 0}}};
  }
  Condition condition{.is_either = dice.one_in(2), .is_negated = dice.one_in(4)};
  for (int terms = dice.below(4); terms > 0; --terms) {
    condition.terms.push_back(random_term(dice));
  }
  return condition;
}

void ask(Dice& dice, Operation& operation) {
  operation.condition = random_condition(dice);
  for (int terms = dice.below(3); terms > 0; --terms) {
    const auto column = static_cast<Column>(dice.below(column_count));
    const bool is_sorted_by = !operation.order.empty() && operation.order[0].column == column;
    if (!is_sorted_by) {
      operation.order.push_back({column, dice.one_in(2)});
    }
  }
  operation.limit = 1 + dice.below(4);
}

Operation random_change(Dice& dice) {
  static const std::vector<Kind> kinds{
      Kind::insert,      Kind::insert,    Kind::insert,         Kind::insert_many,
      Kind::insert_many, Kind::upsert,    Kind::upsert,         Kind::update,
      Kind::update,      Kind::change,    Kind::change_version, Kind::update_version,
      Kind::change,      Kind::erase,     Kind::erase_version,  Kind::erase_where,
      Kind::put_owner,   Kind::put_owner, Kind::put_owner,      Kind::erase_owner};
  Operation operation{.kind = dice.of(kinds), .tenant = dice.below(tenant_count)};
  operation.row = random_row(dice);
  operation.behind = dice.one_in(3) ? 1 : 0;
  operation.changed = static_cast<unsigned>(dice.below(1 << column_count)) & ~1U;
  switch (operation.kind) {
    case Kind::insert_many:
      for (int rows = dice.below(6); rows > 0; --rows) {
        operation.rows.push_back(random_row(dice));
      }
      break;
    case Kind::erase_where:
      operation.condition = random_condition(dice);
      break;
    case Kind::put_owner:
    case Kind::erase_owner:
      operation.row.owner = dice.below(4);
      break;
    default:
      break;
  }
  return operation;
}

Operation random_look(Dice& dice) {
  constexpr int kinds = static_cast<int>(Kind::children) - static_cast<int>(Kind::find) + 1;
  Operation operation{.kind = static_cast<Kind>(static_cast<int>(Kind::find) + dice.below(kinds)),
                      .tenant = dice.below(tenant_count)};
  operation.row.id = dice.below(ids);
  ask(dice, operation);
  operation.number = 1 + dice.below(3);
  operation.newest_first = operation.kind == Kind::list_number && dice.one_in(2);
  return operation;
}

Operation random_page(Dice& dice) {
  static const std::vector<Kind> kinds{Kind::open_walk, Kind::next_page,     Kind::next_page,
                                       Kind::next_page, Kind::previous_page, Kind::foreign_page};
  Operation operation{.kind = dice.of(kinds), .tenant = dice.below(tenant_count)};
  operation.walk = dice.below(walk_count);
  if (operation.kind == Kind::open_walk) {
    ask(dice, operation);
    operation.newest_first = dice.one_in(2);
  } else if (operation.kind == Kind::foreign_page) {
    operation.other = (operation.tenant + 1 + dice.below(tenant_count - 1)) % tenant_count;
  }
  return operation;
}

Ending random_ending(Dice& dice) {
  if (dice.one_in(100)) {
    return Ending::deadline;
  }
  static const std::vector<Ending> endings{Ending::commit, Ending::commit, Ending::commit,
                                           Ending::commit, Ending::fail,   Ending::raise,
                                           Ending::stop};
  return dice.of(endings);
}

Operation random_transaction(Dice& dice) {
  Operation operation{.kind = Kind::transaction, .tenant = dice.below(tenant_count)};
  operation.ending = random_ending(dice);
  for (int i = dice.below(10); i >= 0; --i) {
    Operation inner = dice.one_in(3) ? random_look(dice) : random_change(dice);
    inner.tenant = operation.tenant;
    operation.inner.push_back(std::move(inner));
  }
  return operation;
}

Operation random_snapshot(Dice& dice) {
  Operation operation{.kind = Kind::snapshot, .tenant = dice.below(tenant_count)};
  for (int i = 2 + dice.below(4); i >= 0; --i) {
    // Changes are those of any tenant, and its own among them.
    Operation inner = dice.one_in(4) ? random_change(dice) : random_look(dice);
    if (is_look(inner.kind)) {
      inner.tenant = operation.tenant;
    }
    operation.inner.push_back(std::move(inner));
  }
  return operation;
}

Operation random_status(Dice& dice) {
  // More ways back than out, so that tenants are mostly in.
  static const std::vector<Kind> kinds{Kind::suspend, Kind::activate, Kind::activate,
                                       Kind::activate};
  return {.kind = dice.of(kinds), .tenant = dice.below(tenant_count)};
}

}  // namespace

Operation random_operation(Dice& dice) {
  const int what = dice.below(200);
  if (what < 2) {
    return random_status(dice);
  }
  if (what < 6) {
    return {.kind = Kind::enter, .tenant = dice.below(tenant_count)};
  }
  if (what < 30) {
    return random_change(dice);
  }
  if (what < 100) {
    return random_transaction(dice);
  }
  if (what < 110) {
    return random_snapshot(dice);
  }
  return what < 150 ? random_page(dice) : random_look(dice);
}

Sequence random_sequence(Dice& dice, std::size_t operations) {
  Sequence sequence;
  std::size_t count = 0;
  while (count < operations) {
    sequence.push_back(random_operation(dice));
    count += count_of({sequence.back()});
  }
  return sequence;
}

}  // namespace tenancy_test::isolation
