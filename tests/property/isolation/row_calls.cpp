#include "property/isolation/row_calls.hpp"

#include <cstdint>
#include <utility>
#include <vector>

#include "property/isolation/judgement.hpp"
#include "property/isolation/queries.hpp"

namespace tenancy_test::isolation {
namespace {

using tenancy::Changes;
using tenancy::errc;
using tenancy::Order;
using tenancy::Result;
using tenancy::RowVersion;
using tenancy::Versioned;

Answer refused(const tenancy::Error& error) { return {.error = error.code()}; }

Answer done(const Result<void>& result) { return result ? Answer{} : refused(result.error()); }

Answer one_row(const Result<Thing>& result) {
  return result ? Answer{.rows = {result.value()}} : refused(result.error());
}

Changes<Thing> changes_of(const Operation& operation) {
  const Thing row = row_of(operation.row);
  Changes<Thing> changes;
  const auto is_set = [&](Column column) {
    return (operation.changed & (1U << static_cast<unsigned>(column))) != 0;
  };
  if (is_set(Column::title)) {
    changes.set<&Thing::title>(row.title);
  }
  if (is_set(Column::note)) {
    changes.set<&Thing::note>(row.note);
  }
  if (is_set(Column::points)) {
    changes.set<&Thing::points>(row.points);
  }
  if (is_set(Column::weight)) {
    changes.set<&Thing::weight>(row.weight);
  }
  if (is_set(Column::owner)) {
    changes.set<&Thing::owner>(row.owner);
  }
  return changes;
}

Result<Answer> count(const tenancy::ReadRepository<Thing>& things, const Operation& operation) {
  BOOST_OUTCOME_TRY(const auto counted, things.count(query_of(operation)));
  BOOST_OUTCOME_TRY(const auto presence, things.exists(query_of(operation)));
  return Answer{.numbers = {counted, presence == tenancy::Presence::present ? 1 : 0}};
}

Result<Answer> find(const tenancy::ReadRepository<Thing>& things, const Operation& operation) {
  BOOST_OUTCOME_TRY(const auto found, things.find_versioned(operation.row.id));
  if (!found) {
    return Answer{.numbers = {0}};
  }
  return Answer{.rows = {found->row}, .numbers = {1, found->version.value()}};
}

Result<Answer> aggregates(const tenancy::ReadRepository<Thing>& things,
                          const Operation& operation) {
  const auto query = query_of(operation);
  BOOST_OUTCOME_TRY(const auto sum, things.aggregate(tenancy::sum_of<&Thing::points>, query));
  BOOST_OUTCOME_TRY(auto least, things.aggregate(tenancy::min_of<&Thing::weight>, query));
  BOOST_OUTCOME_TRY(auto greatest, things.aggregate(tenancy::max_of<&Thing::title>, query));
  return Answer{.numbers = {sum}, .reals = {least}, .texts = {std::move(greatest)}};
}

Result<Answer> groups(const tenancy::ReadRepository<Thing>& things, const Operation& operation) {
  BOOST_OUTCOME_TRY(const auto found,
                    things.aggregate_by<&Thing::note>(tenancy::count_rows, query_of(operation)));
  Answer answer;
  for (const auto& group : found) {
    answer.texts.push_back(group.key);
    answer.numbers.push_back(group.value);
  }
  return answer;
}

Result<Answer> children(const tenancy::ReadRepository<Thing>& things, const Operation& operation) {
  std::vector<Owner> parents;
  for (int parent = 0; parent < 4; ++parent) {
    parents.push_back({.id = owner_of(parent).value()});
  }
  BOOST_OUTCOME_TRY(const auto found, things.children_of<&Thing::owner>(
                                          parents, query_of(operation), operation.limit));
  Answer answer;
  for (const auto& rows : found) {
    answer.numbers.push_back(static_cast<std::int64_t>(rows.size()));
    answer.rows.insert(answer.rows.end(), rows.begin(), rows.end());
  }
  return answer;
}

Result<Answer> stream(const tenancy::ReadRepository<Thing>& things, const Operation& operation) {
  Answer answer;
  const auto limit = static_cast<std::size_t>(operation.limit);
  BOOST_OUTCOME_TRY(things.for_each(query_of(operation), [&](const Thing& row) {
    answer.rows.push_back(row);
    return answer.rows.size() == limit ? tenancy::Visit::stop : tenancy::Visit::next;
  }));
  return answer;
}

Result<Answer> look_at(const tenancy::ReadRepository<Thing>& things, const Operation& operation) {
  switch (operation.kind) {
    case Kind::find:
      return find(things, operation);
    case Kind::count:
      return count(things, operation);
    case Kind::first: {
      BOOST_OUTCOME_TRY(const auto found, things.first(query_of(operation)));
      return found ? Answer{.rows = {*found}} : Answer{};
    }
    case Kind::list_number: {
      BOOST_OUTCOME_TRY(auto page,
                        things.list(query_of(operation),
                                    {.limit = operation.limit,
                                     .number = operation.number,
                                     .order = operation.newest_first ? Order::newest_first
                                                                     : Order::oldest_first}));
      return Answer{.rows = std::move(page.items),
                    .numbers = {page.numbers.value().total, page.has_next ? 1 : 0}};
    }
    case Kind::stream:
      return stream(things, operation);
    case Kind::aggregate:
      return aggregates(things, operation);
    case Kind::group:
      return groups(things, operation);
    case Kind::children:
      return children(things, operation);
    default:
      return tenancy::Error{errc::internal, "not a call on rows"};
  }
}

}  // namespace

Answer look(const tenancy::ReadRepository<Thing>& things, const Operation& operation) {
  auto answer = look_at(things, operation);
  return answer ? std::move(answer).value() : refused(answer.error());
}

Answer RowCalls::apply(const Operation& operation) const {
  const Thing row = row_of(operation.row);
  switch (operation.kind) {
    case Kind::insert:
      return one_row(things_.insert(row));
    case Kind::insert_many:
      return insert_many(operation);
    case Kind::upsert:
      return one_row(things_.upsert(row));
    case Kind::update:
      return one_row(things_.update(row));
    case Kind::update_version:
      return update_version(operation);
    case Kind::change:
      return change(operation);
    case Kind::change_version:
      return change_version(operation);
    case Kind::erase:
      return done(things_.erase(row.id));
    case Kind::erase_version:
      return erase_version(operation);
    case Kind::erase_where: {
      const auto erased = things_.erase_where(predicate_of(operation.condition));
      return erased ? Answer{.numbers = {erased.value()}} : refused(erased.error());
    }
    case Kind::put_owner:
      return put_owner(operation);
    case Kind::erase_owner:
      return done(owners_.erase(row.owner.value()));
    default:
      return look(things_, operation);
  }
}

Answer RowCalls::insert_many(const Operation& operation) const {
  std::vector<Thing> rows;
  rows.reserve(operation.rows.size());
  for (const Draft& draft : operation.rows) {
    rows.push_back(row_of(draft));
  }
  auto stored = things_.insert_many(std::move(rows));
  if (stored) {
    return {.rows = std::move(stored).value()};
  }
  switch (stored.error().code()) {
    case errc::already_exists:
    case errc::reference_violation:
      // Which of several errors comes first is not promised.
      return {.error = errc::constraint_violation};
    default:
      return refused(stored.error());
  }
}

Result<RowVersion> RowCalls::version_for(const Operation& operation) const {
  BOOST_OUTCOME_TRY(const auto found, things_.find_versioned(operation.row.id));
  return found ? RowVersion{found->version.value() - operation.behind} : RowVersion{};
}

Answer RowCalls::update_version(const Operation& operation) const {
  const auto version = version_for(operation);
  if (!version) {
    return refused(version.error());
  }
  const auto stored = things_.update(Versioned<Thing>{row_of(operation.row), version.value()});
  if (!stored) {
    return refused(stored.error());
  }
  return {.rows = {stored.value().row}, .numbers = {stored.value().version.value()}};
}

Answer RowCalls::change(const Operation& operation) const {
  return done(things_.update(operation.row.id, changes_of(operation)));
}

Answer RowCalls::change_version(const Operation& operation) const {
  const auto version = version_for(operation);
  return version ? done(things_.update(operation.row.id, changes_of(operation), version.value()))
                 : refused(version.error());
}

Answer RowCalls::erase_version(const Operation& operation) const {
  const auto version = version_for(operation);
  return version ? done(things_.erase(operation.row.id, version.value()))
                 : refused(version.error());
}

Answer RowCalls::put_owner(const Operation& operation) const {
  const auto stored =
      owners_.upsert({owner_of(operation.row.owner).value(), title_of(operation.row.title)});
  if (!stored) {
    return refused(stored.error());
  }
  return {.texts = {stored.value().id, stored.value().name}};
}

}  // namespace tenancy_test::isolation
