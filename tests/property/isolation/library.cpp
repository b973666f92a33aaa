#include "property/isolation/library.hpp"

#include <chrono>
#include <sstream>
#include <stdexcept>
#include <utility>

#include <SQLiteCpp/Statement.h>

#include "property/isolation/queries.hpp"
#include "property/isolation/row_calls.hpp"
#include "property/isolation/world.hpp"
#include "support/stopper.hpp"

namespace tenancy_test::isolation {
namespace {

using tenancy::CallOptions;
using tenancy::errc;
using tenancy::ReadRepository;
using tenancy::Repository;
using tenancy::Result;

/// What ends a transaction that raises.
struct HostError : std::runtime_error {
  HostError() : std::runtime_error{"the host's own"} {}
};

/// Waits as long as it takes, so that a machine that has other things to do changes no answer.
tenancy::StoreOptions patient() {
  constexpr std::chrono::hours long_enough{1};
  tenancy::StoreOptions options;
  options.max_wait = long_enough;
  options.max_snapshot_age = long_enough;
  options.writes.max_unit_hold = long_enough;
  return options;
}

tenancy::PageRequest request_of(const Operation& list) {
  return {.limit = list.limit,
          .order = list.newest_first ? tenancy::Order::newest_first : tenancy::Order::oldest_first};
}

/// As the model writes what may be NULL.
std::string in_quotes(const std::optional<std::string>& value) {
  return value ? "'" + *value + "'" : "NULL";
}

/// A number as a stream writes it, however the engine does.
std::optional<std::string> plain_number(const std::optional<std::string>& value) {
  if (!value) {
    return value;
  }
  std::ostringstream out;
  out << std::stod(*value);
  return out.str();
}

}  // namespace

Library::Library() : test_{patient(), things_schema()} {
  const auto initech = test_.create_tenant(name_of(2));
  for (const auto& tenant : {test_.acme, test_.globex, initech}) {
    tenants_.push_back({tenant.id, test_.enter(tenant)});
  }
}

Answer Library::apply(const Operation& operation) {
  Tenant& actor = tenant_of(operation.tenant);
  auto& walk = actor.walks[static_cast<std::size_t>(operation.walk)];
  switch (operation.kind) {
    case Kind::suspend:
    case Kind::activate:
    case Kind::enter:
      return change_status(operation);
    case Kind::transaction:
      return transaction(operation);
    case Kind::snapshot:
      return snapshot(operation);
    case Kind::open_walk: {
      std::optional<Walk> opened{{operation, std::nullopt, std::nullopt}};
      Answer answer = read_page(operation.tenant, opened, std::nullopt);
      if (!answer.error) {
        walk = std::move(opened);
      }
      return answer;
    }
    case Kind::next_page:
    case Kind::previous_page: {
      const bool is_next = operation.kind == Kind::next_page;
      if (!walk || !(is_next ? walk->next : walk->previous)) {
        return {.numbers = {no_cursor}};
      }
      return read_page(operation.tenant, walk, is_next ? walk->next : walk->previous);
    }
    case Kind::foreign_page:
      return present(operation);
    default:
      return RowCalls{test_.store, actor.context}.apply(operation);
  }
}

Answer Library::change_status(const Operation& operation) {
  Tenant& subject = tenant_of(operation.tenant);
  if (operation.kind == Kind::enter) {
    auto context = test_.authority.enter(subject.id, tester());
    if (!context) {
      return {.error = context.error().code()};
    }
    subject.context = std::move(context).value();
    return {};
  }
  const auto changed = operation.kind == Kind::activate ? test_.registry.activate(subject.id)
                                                        : test_.registry.suspend(subject.id);
  return changed ? Answer{} : Answer{.error = changed.error().code()};
}

std::optional<errc> Library::refusal_of(int tenant) const {
  const auto asked = test_.store.read(
      tenant_of(tenant).context,
      [](tenancy::ReadTransaction&) -> Result<void> { return tenancy::success(); });
  return asked ? std::nullopt : std::optional{asked.error().code()};
}

Answer Library::transaction(const Operation& operation) {
  const Stopper stopper;
  CallOptions options = stopper.options();
  const bool is_late = operation.ending == Ending::deadline;
  if (is_late) {
    options.deadline = CallOptions::Clock::now() + std::chrono::microseconds{200};
  }
  Answer answer;
  try {
    const auto outcome =
        test_.store.write(tenant_of(operation.tenant).context, options,
                          [&](tenancy::WriteTransaction& tx) -> Result<void> {
                            const RowCalls rows{tx};
                            answer.inner.clear();
                            for (const Operation& inner : operation.inner) {
                              answer.inner.push_back(rows.apply(inner));
                            }
                            switch (operation.ending) {
                              case Ending::commit:
                                return tenancy::success();
                              case Ending::fail:
                                return tenancy::Error{errc::invalid_argument, "dropped"};
                              case Ending::raise:
                                throw HostError{};
                              case Ending::stop:
                                stopper.request_stop();
                                break;
                              case Ending::deadline:
                                break;
                            }
                            // Refused at once, or as soon as the deadline is seen to have passed.
                            while (true) {
                              BOOST_OUTCOME_TRY(Repository<Thing>{tx}.count());
                            }
                          });
    if (!outcome) {
      answer.error = outcome.error().code();
    }
  } catch (const HostError&) {
    answer.numbers = {thrown};
  }
  if (is_on_postgres()) {
    // A unit there is refused by its first statement, and not before it.
    const auto refusal = refusal_of(operation.tenant);
    if (refusal && (answer.error || !answer.numbers.empty())) {
      answer = {.error = refusal};
    }
  }
  if (is_late) {
    // How far it came is left to chance: to the gate, or into a statement that changes rows and
    // takes the transaction with it when it is stopped.
    answer.inner.clear();
    if (answer.error == errc::tenant_not_active || answer.error == errc::stale_context ||
        answer.error == errc::transaction_lost) {
      answer.error = errc::deadline_exceeded;
    }
  }
  return answer;
}

Answer Library::snapshot(const Operation& operation) {
  Answer answer;
  const auto outcome = test_.store.read(
      tenant_of(operation.tenant).context, [&](tenancy::ReadTransaction& tx) -> Result<void> {
        const ReadRepository<Thing> things{tx};
        for (const Operation& inner : operation.inner) {
          answer.inner.push_back(is_look(inner.kind) ? look(things, inner) : apply(inner));
        }
        return tenancy::success();
      });
  if (!outcome) {
    answer.error = outcome.error().code();
  }
  return answer;
}

Answer Library::read_page(int tenant, std::optional<Walk>& walk,
                          std::optional<std::string> cursor) {
  tenancy::PageRequest request = request_of(walk->list);
  request.cursor = std::move(cursor);
  auto page = ReadRepository<Thing>{test_.store, tenant_of(tenant).context}.list(
      query_of(walk->list), request);
  if (!page) {
    return {.error = page.error().code()};
  }
  walk->next = std::move(page.value().next_cursor);
  walk->previous = std::move(page.value().previous_cursor);
  return {.rows = std::move(page.value().items),
          .numbers = {page.value().has_next ? 1 : 0, page.value().has_previous ? 1 : 0}};
}

Answer Library::present(const Operation& operation) {
  const auto& walk = tenant_of(operation.tenant).walks[static_cast<std::size_t>(operation.walk)];
  if (!walk || (!walk->next && !walk->previous)) {
    return {.numbers = {no_cursor}};
  }
  std::optional<Walk> presented{{walk->list, std::nullopt, std::nullopt}};
  return read_page(operation.other, presented, walk->next ? walk->next : walk->previous);
}

std::vector<std::string> Library::stored(int tenant) const {
  const std::string of_tenant =
      " WHERE tenant_id = " + std::to_string(tenant_of(tenant).id.value()) + " ORDER BY id";
  std::vector<std::string> lines;
  for (const auto& row : test_.rows_raw("SELECT id, name FROM owners" + of_tenant)) {
    lines.push_back("owner|" + row[0].value() + '|' + row[1].value());
  }
  for (const auto& row : test_.rows_raw(
           "SELECT id, title, note, points, weight, owner, created_at, updated_at, version FROM "
           "things" +
           of_tenant)) {
    lines.push_back("thing|" + row[0].value() + '|' + row[1].value() + '|' + in_quotes(row[2]) +
                    '|' + row[3].value() + '|' + in_quotes(plain_number(row[4])) + '|' +
                    in_quotes(row[5]) + '|' + row[6].value() + '|' + row[7].value() + '|' +
                    row[8].value());
  }
  return lines;
}

std::int64_t Library::stray_rows() const {
  std::string ids;
  for (const Tenant& tenant : tenants_) {
    ids += (ids.empty() ? "" : ", ") + std::to_string(tenant.id.value());
  }
  std::int64_t rows = 0;
  for (const char* const table : {"owners", "things"}) {
    const auto found = test_.rows_raw(std::string{"SELECT count(*) FROM "} + table +
                                      " WHERE tenant_id NOT IN (" + ids + ")");
    // Of each file that there is.
    for (const auto& row : found) {
      rows += std::stoll(row.front().value());
    }
  }
  return rows;
}

}  // namespace tenancy_test::isolation
