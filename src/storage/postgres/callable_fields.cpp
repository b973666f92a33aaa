#include "storage/postgres/callable_fields.hpp"

#include <chrono>

#include "storage/postgres/query_words.hpp"

namespace tenancy::inline v0::detail::postgres {
namespace {

constexpr std::chrono::seconds shortest_age{10};

constexpr std::string_view names_sql =
    "SELECT p.proname::text FROM pg_catalog.pg_proc p "
    "WHERE p.pronamespace IN ('pg_catalog'::regnamespace, 'tenancy_queries'::regnamespace) "
    "AND p.pronargs > 0 AND p.pronargs - p.pronargdefaults <= 1 "
    "UNION SELECT t.typname::text FROM pg_catalog.pg_type t "
    "WHERE t.typnamespace IN ('pg_catalog'::regnamespace, 'tenancy_queries'::regnamespace) "
    "EXCEPT SELECT a.attname::text FROM pg_catalog.pg_attribute a "
    "JOIN pg_catalog.pg_class c ON c.oid = a.attrelid "
    "WHERE c.relnamespace = 'tenancy_queries'::regnamespace AND a.attnum > 0 "
    // The types of rows, which are called like what they are of.
    "EXCEPT SELECT c.relname::text FROM pg_catalog.pg_class c "
    "WHERE c.relnamespace = 'tenancy_queries'::regnamespace";

}  // namespace

Result<CallableFields::Names> CallableFields::read(ControlSession& session) {
  Names names;
  BOOST_OUTCOME_TRY(session.look_up(names_sql, [&](const Statement& row) {
    const auto name = row.text(0).value_or("");
    if (!contains(query_functions(), name) && !contains(query_types(), name)) {
      names.emplace(name);
    }
  }));
  return names;
}

const std::string* CallableFields::find(std::span<const std::string> fields) const {
  for (const std::string& field : fields) {
    if (names_.contains(field)) {
      return &field;
    }
  }
  return nullptr;
}

Result<void> CallableFields::check(std::span<const std::string> fields, const CallLimits& limits) {
  if (fields.empty()) {
    return success();
  }
  const auto now = CallLimits::Clock::now();
  bool is_to_be_read = false;
  {
    const std::scoped_lock lock{mutex_};
    // A table may have got a column of that name since. Whoever is refused over and over does not
    // have them read each time.
    is_to_be_read = !read_at_ || (find(fields) != nullptr && now - *read_at_ >= shortest_age);
  }
  if (is_to_be_read) {
    BOOST_OUTCOME_TRY(auto names, read_(limits));
    const std::scoped_lock lock{mutex_};
    names_ = std::move(names);
    read_at_ = now;
  }
  const std::scoped_lock lock{mutex_};
  if (const std::string* const callable = find(fields)) {
    return Error{errc::query_refused,
                 "a tenant's query may not use '" + *callable +
                     "' behind a dot: the server knows a function or a type of that name, which is "
                     "not on the list in docs/scoped-sql.md; a column of the query's own has to "
                     "have another name"};
  }
  return success();
}

}  // namespace tenancy::inline v0::detail::postgres
