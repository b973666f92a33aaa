#include "property/isolation/world.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "property/isolation/judgement.hpp"

namespace tenancy_test::isolation {
namespace {

using tenancy::errc;
using tenancy::Timestamp;

/// Some of a list's rows, and whether there are more than fit.
struct Part {
  std::vector<Thing> rows;
  bool has_more;
};

Part part_of(std::vector<Thing> rows, int limit) {
  const auto wanted = static_cast<std::size_t>(limit);
  const bool has_more = rows.size() > wanted;
  rows.resize(std::min(rows.size(), wanted));
  return {std::move(rows), has_more};
}

}  // namespace

std::vector<std::string> World::stored(int tenant) const {
  return tenants_[static_cast<std::size_t>(tenant)].rows.stored();
}

std::optional<errc> World::refusal(const Tenant& tenant) {
  if (!tenant.is_active) {
    return errc::tenant_not_active;
  }
  return tenant.entered == tenant.epoch ? std::nullopt : std::optional{errc::stale_context};
}

Answer World::apply(const Operation& operation, Timestamp now) {
  switch (operation.kind) {
    case Kind::suspend:
    case Kind::activate:
    case Kind::enter:
      return change_status(operation);
    case Kind::foreign_page:
      return present(operation);
    default:
      break;
  }
  Tenant& actor = tenant(operation.tenant);
  const bool goes_on = operation.kind == Kind::next_page || operation.kind == Kind::previous_page;
  if (goes_on) {
    const auto& walk = actor.walks[static_cast<std::size_t>(operation.walk)];
    if (!walk || !(operation.kind == Kind::next_page ? walk->next : walk->previous)) {
      return {.numbers = {no_cursor}};
    }
  }
  if (operation.kind == Kind::transaction && operation.ending == Ending::deadline) {
    // The gate may be reached before the deadline or not.
    return {.error = errc::deadline_exceeded};
  }
  if (const auto error = refusal(actor)) {
    return {.error = error};
  }
  switch (operation.kind) {
    case Kind::transaction:
      return transaction(operation, now);
    case Kind::snapshot:
      return snapshot(operation, now);
    case Kind::open_walk:
      return open_walk(actor, operation);
    case Kind::next_page:
    case Kind::previous_page:
      return go_on(actor, operation);
    default:
      return actor.rows.apply(operation, now);
  }
}

Answer World::change_status(const Operation& operation) {
  Tenant& subject = tenant(operation.tenant);
  if (operation.kind == Kind::enter) {
    if (!subject.is_active) {
      return {.error = errc::tenant_not_active};
    }
    subject.entered = subject.epoch;
    return {};
  }
  const bool is_active = operation.kind == Kind::activate;
  if (subject.is_active != is_active) {
    subject.is_active = is_active;
    ++subject.epoch;
  }
  return {};
}

Answer World::transaction(const Operation& operation, Timestamp now) {
  Tenant& actor = tenant(operation.tenant);
  TenantRows draft = actor.rows;
  Answer answer;
  for (const Operation& inner : operation.inner) {
    answer.inner.push_back(draft.apply(inner, now));
  }
  switch (operation.ending) {
    case Ending::commit:
      actor.rows = std::move(draft);
      break;
    case Ending::fail:
      answer.error = errc::invalid_argument;
      break;
    case Ending::raise:
      answer.numbers = {thrown};
      break;
    case Ending::stop:
      answer.error = errc::cancelled;
      break;
    case Ending::deadline:
      answer.error = errc::deadline_exceeded;
      break;
  }
  return answer;
}

Answer World::snapshot(const Operation& operation, Timestamp now) {
  TenantRows seen = tenant(operation.tenant).rows;
  Answer answer;
  for (const Operation& inner : operation.inner) {
    answer.inner.push_back(is_look(inner.kind) ? seen.apply(inner, now) : apply(inner, now));
  }
  return answer;
}

Answer World::open_walk(Tenant& tenant, const Operation& operation) {
  auto part = part_of(tenant.rows.list(operation), operation.limit);
  auto& walk = tenant.walks[static_cast<std::size_t>(operation.walk)];
  walk.reset();
  if (part.has_more) {
    walk = Walk{operation, part.rows.back(), std::nullopt};
  }
  return {.rows = std::move(part.rows), .numbers = {part.has_more ? 1 : 0, 0}};
}

Answer World::go_on(Tenant& tenant, const Operation& operation) {
  Walk& walk = *tenant.walks[static_cast<std::size_t>(operation.walk)];
  const bool is_next = operation.kind == Kind::next_page;
  const Thing place = (is_next ? walk.next : walk.previous).value();
  std::vector<Thing> rows = tenant.rows.list(walk.list);
  std::erase_if(rows, [&](const Thing& row) {
    const int order = compare(walk.list, row, place);
    return is_next ? order <= 0 : order >= 0;
  });
  if (!is_next) {
    std::ranges::reverse(rows);
  }
  auto part = part_of(std::move(rows), walk.list.limit);
  if (!is_next) {
    std::ranges::reverse(part.rows);
  }
  // Whoever came by a cursor came from somewhere.
  const bool has_next = !is_next || part.has_more;
  const bool has_previous = is_next || part.has_more;
  walk.next.reset();
  walk.previous.reset();
  if (!part.rows.empty() && has_next) {
    walk.next = part.rows.back();
  }
  if (!part.rows.empty() && has_previous) {
    walk.previous = part.rows.front();
  }
  return {.rows = std::move(part.rows), .numbers = {has_next ? 1 : 0, has_previous ? 1 : 0}};
}

Answer World::present(const Operation& operation) {
  const auto& walk = tenant(operation.tenant).walks[static_cast<std::size_t>(operation.walk)];
  if (!walk || (!walk->next && !walk->previous)) {
    return {.numbers = {no_cursor}};
  }
  const auto error = refusal(tenant(operation.other));
  return {.error = error ? error : errc::invalid_cursor};
}

}  // namespace tenancy_test::isolation
