#include "tenancy/testing/isolation_check.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <set>

#include "tenancy/data/scoped_sql.hpp"
#include "tenancy/migrate/verify_schema.hpp"
#include "tenancy/testing/must.hpp"

#include "raw_rows.hpp"

namespace tenancy::inline v0::testing {
namespace {

/// Texts that are shorter may well stand in anything.
constexpr std::size_t shortest_canary = 4;

/// Enough for what a test stores.
constexpr SqlLimits generous{
    .time = std::chrono::seconds{60}, .rows = 1'000'000, .bytes = std::size_t{1} << 30U};

/// Gives each row of each table that only has a tenant's rows.
template <class Visitor>
void for_each_row(const ScopedSql& sql, Visitor visit) {
  for (const SqlTableInfo& table : must(sql.tables())) {
    if (!table.is_shared) {
      must(sql.for_each("SELECT * FROM " + detail::quoted_name(table.name), {},
                        [&](const SqlRow& row) -> Result<void> {
                          visit(table, row);
                          return success();
                        }));
    }
  }
}

std::set<std::string> texts_of(const Store& store, const TenantContext& tenant) {
  std::set<std::string> texts;
  for_each_row({store, tenant, generous}, [&](const SqlTableInfo& /*table*/, const SqlRow& row) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      if (const auto text = row.text(column)) {
        texts.emplace(*text);
      }
    }
  });
  return texts;
}

/// The texts by which the other tenant's rows are known in what the one is given.
std::vector<std::string> canaries(const Store& store, const TenantContext& one,
                                  const TenantContext& other) {
  const auto own = texts_of(store, one);
  std::vector<std::string> found;
  for (const std::string& text : texts_of(store, other)) {
    const auto holds_it = [&](const std::string& held) {
      return held.find(text) != std::string::npos;
    };
    if (text.size() >= shortest_canary && std::ranges::none_of(own, holds_it)) {
      found.push_back(text);
    }
  }
  return found;
}

/// Holds what a tenant's own SQL gives against what lies in the file.
void compare_queries(const TemporaryStore& store, const TenantContext& tenant,
                     IsolationReport& report) {
  const ScopedSql sql{store.store(), tenant, generous};
  detail::TableRows seen;
  for (const SqlTableInfo& table : must(sql.tables())) {
    if (!table.is_shared) {
      seen[table.name];
    }
  }
  for_each_row(sql, [&](const SqlTableInfo& table, const SqlRow& row) {
    std::string text;
    for (std::size_t column = 0; column < row.size(); ++column) {
      text += detail::stored_text(row.value(column).view());
    }
    seen[table.name].insert(std::move(text));
  });
  const auto stored =
      must(detail::raw_rows(store.file(), tenant.tenant(), detail::Whose::the_tenants));
  for (const auto& [table, rows] : seen) {
    const auto found = stored.find(table);
    if (found == stored.end() || found->second != rows) {
      report.findings.push_back(
          {table, "SELECT *", "a tenant's query gives other rows than the tenant's"});
    }
  }
}

}  // namespace

IsolationCheck::IsolationCheck(const TemporaryStore& store) : watch_{store} {}

IsolationCheck::~IsolationCheck() = default;

IsolationCheck& IsolationCheck::operation(
    std::string_view name, const std::function<Result<std::string>(const TenantContext&)>& run) {
  constexpr std::string_view step = "as one tenant";
  // The other first, so that what it is given may be kept for the one.
  static_cast<void>(run(watch_.other()));
  const auto marks = canaries(watch_.store().store(), watch_.one(), watch_.other());
  watch_.begin(name);
  const auto given = run(watch_.one());
  watch_.look(name, step);
  if (marks.empty()) {
    watch_.find(name, step,
                "no text tells the other tenant's rows from this one's: check repositories first");
  }
  const std::string text = given ? given.value() : given.error().to_string();
  if (std::ranges::any_of(
          marks, [&](const std::string& mark) { return text.find(mark) != std::string::npos; })) {
    watch_.find(name, step, "gave a text that only the other tenant's rows hold");
  }
  return *this;
}

IsolationCheck& IsolationCheck::leave_out(std::string_view table) {
  watch_.ignore(table);
  return *this;
}

IsolationReport IsolationCheck::finish() const {
  IsolationReport report = watch_.report();
  const TemporaryStore& store = watch_.store();
  const auto schema = store.schema_report();
  for (const SchemaFinding& finding : schema.findings) {
    if (finding.severity == Severity::refused) {
      report.findings.push_back({finding.object, "schema", finding.message});
    }
  }
  for (const ClassifiedTable& table : schema.tables) {
    const bool has_tenants_rows =
        table.kind == TableKind::tenant || table.kind == TableKind::unchecked;
    if (has_tenants_rows && !watch_.covers(table.name)) {
      report.findings.push_back(
          {table.name, "all", "no repository was checked for table '" + table.name + "'"});
    }
  }
  compare_queries(store, watch_.one(), report);
  compare_queries(store, watch_.other(), report);
  return report;
}

}  // namespace tenancy::inline v0::testing
