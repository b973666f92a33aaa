#include "property/isolation/tenant_rows.hpp"

#include <algorithm>
#include <cstddef>
#include <sstream>
#include <utility>

#include "property/isolation/judgement.hpp"

namespace tenancy_test::isolation {
namespace {

using tenancy::errc;
using tenancy::Timestamp;

Answer refused(errc code) { return {.error = code}; }

bool has(unsigned changed, Column column) {
  return (changed & (1U << static_cast<unsigned>(column))) != 0;
}

}  // namespace

Answer TenantRows::apply(const Operation& operation, Timestamp now) {
  switch (operation.kind) {
    case Kind::insert:
      return insert(row_of(operation.row), now);
    case Kind::insert_many:
      return insert_many(operation, now);
    case Kind::upsert:
      return upsert(row_of(operation.row), now);
    case Kind::update:
    case Kind::update_version:
      return update(operation, now);
    case Kind::change:
    case Kind::change_version:
      return change(operation, now);
    case Kind::erase:
    case Kind::erase_version:
      return erase(operation);
    case Kind::erase_where:
      return erase_where(operation);
    case Kind::put_owner:
      return put_owner(operation);
    case Kind::erase_owner:
      return erase_owner(operation);
    default:
      return look(operation);
  }
}

std::vector<Thing> TenantRows::list(const Operation& query) const {
  std::vector<Thing> rows;
  for (const auto& [id, stored] : things_) {
    if (holds(query.condition, stored.row)) {
      rows.push_back(stored.row);
    }
  }
  std::ranges::sort(
      rows, [&](const Thing& one, const Thing& other) { return compare(query, one, other) < 0; });
  return rows;
}

std::optional<errc> TenantRows::refusal(const Thing& row) const {
  if (row.points < 0) {
    return errc::constraint_violation;
  }
  for (const auto& [id, stored] : things_) {
    if (id != row.id && stored.row.title == row.title) {
      return errc::already_exists;
    }
  }
  if (row.owner && !owners_.contains(*row.owner)) {
    return errc::reference_violation;
  }
  return std::nullopt;
}

std::optional<errc> TenantRows::absence(const Operation& operation) const {
  const auto found = things_.find(operation.row.id);
  if (found == things_.end()) {
    return errc::not_found;
  }
  const bool asks_for_version = operation.kind == Kind::update_version ||
                                operation.kind == Kind::change_version ||
                                operation.kind == Kind::erase_version;
  if (asks_for_version && operation.behind != 0) {
    return errc::version_conflict;
  }
  return std::nullopt;
}

Answer TenantRows::insert(Thing row, Timestamp now) {
  auto error = refusal(row);
  if (error != errc::constraint_violation && things_.contains(row.id)) {
    error = errc::already_exists;
  }
  if (error) {
    return refused(*error);
  }
  row.created_at = row.updated_at = now;
  things_[row.id] = {row, 1};
  return {.rows = {row}};
}

Answer TenantRows::insert_many(const Operation& operation, Timestamp now) {
  TenantRows after = *this;
  Answer answer;
  for (const Draft& draft : operation.rows) {
    const Answer one = after.insert(row_of(draft), now);
    if (one.error) {
      // Which of several errors comes first is not promised.
      return refused(errc::constraint_violation);
    }
    answer.rows.push_back(one.rows.front());
  }
  *this = std::move(after);
  return answer;
}

Answer TenantRows::upsert(Thing row, Timestamp now) {
  if (const auto error = refusal(row)) {
    return refused(*error);
  }
  row.created_at = row.updated_at = now;
  const auto [place, is_new] = things_.try_emplace(row.id, Stored{row, 1});
  if (!is_new) {
    row.created_at = place->second.row.created_at;
    place->second = {row, place->second.version + 1};
  }
  return {.rows = {row}};
}

Answer TenantRows::update(const Operation& operation, Timestamp now) {
  if (const auto error = absence(operation)) {
    return refused(*error);
  }
  Thing row = row_of(operation.row);
  if (const auto error = refusal(row)) {
    return refused(*error);
  }
  Stored& stored = things_.at(row.id);
  row.updated_at = now;
  Answer answer{.rows = {row}};
  row.created_at = stored.row.created_at;
  stored = {row, stored.version + 1};
  if (operation.kind == Kind::update_version) {
    answer.numbers = {stored.version};
  }
  return answer;
}

Answer TenantRows::change(const Operation& operation, Timestamp now) {
  if (const auto error = absence(operation)) {
    return refused(*error);
  }
  Stored& stored = things_.at(operation.row.id);
  const Thing values = row_of(operation.row);
  Thing row = stored.row;
  if (has(operation.changed, Column::title)) {
    row.title = values.title;
  }
  if (has(operation.changed, Column::note)) {
    row.note = values.note;
  }
  if (has(operation.changed, Column::points)) {
    row.points = values.points;
  }
  if (has(operation.changed, Column::weight)) {
    row.weight = values.weight;
  }
  if (has(operation.changed, Column::owner)) {
    row.owner = values.owner;
  }
  if (const auto error = refusal(row)) {
    return refused(*error);
  }
  if (operation.changed != 0) {
    row.updated_at = now;
    stored = {row, stored.version + 1};
  }
  return {};
}

Answer TenantRows::erase(const Operation& operation) {
  if (const auto error = absence(operation)) {
    return refused(*error);
  }
  things_.erase(operation.row.id);
  return {};
}

Answer TenantRows::erase_where(const Operation& operation) {
  if (operation.condition.terms.empty()) {
    return refused(errc::invalid_argument);
  }
  const auto erased = std::erase_if(
      things_, [&](const auto& entry) { return holds(operation.condition, entry.second.row); });
  return {.numbers = {static_cast<std::int64_t>(erased)}};
}

Answer TenantRows::put_owner(const Operation& operation) {
  const std::string id = owner_of(operation.row.owner).value();
  const std::string name = title_of(operation.row.title);
  for (const auto& [other_id, other_name] : owners_) {
    if (other_id != id && other_name == name) {
      return refused(errc::already_exists);
    }
  }
  owners_[id] = name;
  return {.texts = {id, name}};
}

Answer TenantRows::erase_owner(const Operation& operation) {
  const std::string id = owner_of(operation.row.owner).value();
  if (!owners_.contains(id)) {
    return refused(errc::not_found);
  }
  for (const auto& [key, stored] : things_) {
    if (stored.row.owner == id) {
      return refused(errc::reference_violation);
    }
  }
  owners_.erase(id);
  return {};
}

Answer TenantRows::look(const Operation& operation) const {
  switch (operation.kind) {
    case Kind::find: {
      const auto found = things_.find(operation.row.id);
      if (found == things_.end()) {
        return {.numbers = {0}};
      }
      return {.rows = {found->second.row}, .numbers = {1, found->second.version}};
    }
    case Kind::count: {
      const auto count = static_cast<std::int64_t>(list(operation).size());
      return {.numbers = {count, count > 0 ? 1 : 0}};
    }
    case Kind::aggregate:
      return aggregates(operation);
    case Kind::group: {
      std::map<std::optional<std::string>, std::int64_t> counts;
      for (const Thing& row : list(operation)) {
        ++counts[row.note];
      }
      Answer answer;
      for (const auto& [note, count] : counts) {
        answer.texts.push_back(note);
        answer.numbers.push_back(count);
      }
      return answer;
    }
    case Kind::children:
      return children(operation);
    default:
      break;
  }
  std::vector<Thing> rows = list(operation);
  const auto total = static_cast<std::int64_t>(rows.size());
  if (operation.kind == Kind::list_number) {
    const std::int64_t begin =
        std::min<std::int64_t>(total, (operation.number - 1) * std::int64_t{operation.limit});
    const std::int64_t end = std::min<std::int64_t>(total, begin + operation.limit);
    return {.rows = {rows.begin() + begin, rows.begin() + end},
            .numbers = {total, end < total ? 1 : 0}};
  }
  const auto wanted =
      operation.kind == Kind::first ? std::size_t{1} : static_cast<std::size_t>(operation.limit);
  rows.resize(std::min(rows.size(), wanted));
  return {.rows = rows};
}

Answer TenantRows::aggregates(const Operation& query) const {
  std::int64_t sum = 0;
  std::optional<double> least;
  std::optional<std::string> greatest;
  for (const Thing& row : list(query)) {
    sum += row.points;
    if (row.weight && (!least || *row.weight < *least)) {
      least = row.weight;
    }
    if (!greatest || *greatest < row.title) {
      greatest = row.title;
    }
  }
  return {.numbers = {sum}, .reals = {least}, .texts = {greatest}};
}

Answer TenantRows::children(const Operation& query) const {
  Answer answer;
  for (int parent = 0; parent < 4; ++parent) {
    std::int64_t count = 0;
    for (const Thing& row : list(query)) {
      if (row.owner == owner_of(parent) && count < query.limit) {
        answer.rows.push_back(row);
        ++count;
      }
    }
    answer.numbers.push_back(count);
  }
  return answer;
}

std::vector<std::string> TenantRows::stored() const {
  std::vector<std::string> lines;
  const auto text_of = [](const auto& value) {
    std::ostringstream out;
    if (value) {
      out << '\'' << *value << '\'';
    } else {
      out << "NULL";
    }
    return out.str();
  };
  for (const auto& [id, name] : owners_) {
    lines.push_back("owner|" + id + '|' + name);
  }
  for (const auto& [id, stored] : things_) {
    const Thing& row = stored.row;
    lines.push_back("thing|" + std::to_string(id) + '|' + row.title + '|' + text_of(row.note) +
                    '|' + std::to_string(row.points) + '|' + text_of(row.weight) + '|' +
                    text_of(row.owner) + '|' + std::to_string(row.created_at.microseconds()) + '|' +
                    std::to_string(row.updated_at.microseconds()) + '|' +
                    std::to_string(stored.version));
  }
  return lines;
}

}  // namespace tenancy_test::isolation
