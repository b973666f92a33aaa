#include "tenancy/testing/isolation_check.hpp"

#include "tenancy/data/scoped_sql.hpp"
#include "tenancy/migrate/verify_schema.hpp"
#include "tenancy/testing/must.hpp"

namespace tenancy::inline v0::testing {
namespace {

constexpr std::string_view one_slug = "isolation-one";
constexpr std::string_view other_slug = "isolation-other";

/// Texts that are shorter may well stand in anything.
constexpr std::size_t shortest_canary = 4;

std::string in_quotes(std::string_view name) {
  std::string quoted{'"'};
  for (const char letter : name) {
    quoted.append(letter == '"' ? 2 : 1, letter);
  }
  return quoted += '"';
}

/// Enough for what a test stores.
constexpr SqlLimits generous{
    .time = std::chrono::seconds{60}, .rows = 1'000'000, .bytes = std::size_t{1} << 30U};

/// All texts in a tenant's rows.
std::set<std::string> texts_of(const ScopedSql& sql, const std::vector<SqlTableInfo>& tables) {
  std::set<std::string> texts;
  for (const SqlTableInfo& table : tables) {
    if (table.is_shared) {
      continue;
    }
    must(sql.for_each("SELECT * FROM " + in_quotes(table.name), {},
                      [&](const SqlRow& row) -> Result<void> {
                        for (std::size_t column = 0; column < row.size(); ++column) {
                          if (const auto text = row.text(column)) {
                            texts.emplace(*text);
                          }
                        }
                        return success();
                      }));
  }
  return texts;
}

}  // namespace

std::string IsolationReport::to_string() const {
  std::string text;
  for (const IsolationFinding& finding : findings) {
    text += finding.subject + ", " + finding.step + ": " + finding.what + '\n';
  }
  return text;
}

IsolationCheck::IsolationCheck(const TemporaryStore& store)
    : store_{store}, one_{store.context(one_slug)}, other_{store.context(other_slug)} {}

IsolationCheck::~IsolationCheck() = default;

IsolationCheck& IsolationCheck::operation(
    std::string_view name, const std::function<Result<std::string>(const TenantContext&)>& run) {
  report_.checked.emplace_back(name);
  // The other first, so that what it is given may be kept for the one.
  static_cast<void>(run(other_));
  before_ = rows_of(other_);
  const auto given = run(one_);
  look_at_other(name, "as one tenant");
  const std::string text = given ? given.value() : given.error().message();

  const ScopedSql one{store_.store(), one_, generous};
  const ScopedSql other{store_.store(), other_, generous};
  const auto tables = must(one.tables());
  const auto own = texts_of(one, tables);
  for (const std::string& canary : texts_of(other, tables)) {
    const auto holds_it = [&](const std::string& held) {
      return held.find(canary) != std::string::npos;
    };
    if (canary.size() >= shortest_canary && holds_it(text) && std::ranges::none_of(own, holds_it)) {
      find(name, "as one tenant", "gave a text that only the other tenant's rows hold");
      break;
    }
  }
  return *this;
}

IsolationCheck& IsolationCheck::leave_out(std::string_view table) {
  tables_.emplace(table);
  return *this;
}

IsolationReport IsolationCheck::finish() const {
  IsolationReport report = report_;
  const auto schema = must(verify_schema(store_.url(), {.store = {.clock = store_.clock()}}));
  for (const ClassifiedTable& table : schema.tables) {
    if (table.kind == TableKind::tenant && !tables_.contains(table.name)) {
      report.findings.push_back({table.name, "all", "no repository of this table was checked"});
    }
  }
  return report;
}

void IsolationCheck::find(std::string_view subject, std::string_view step, std::string what) {
  report_.findings.push_back({std::string{subject}, std::string{step}, std::move(what)});
}

void IsolationCheck::begin(std::string_view table) {
  report_.checked.emplace_back(table);
  tables_.emplace(table);
  before_ = rows_of(other_);
}

void IsolationCheck::look_at_other(std::string_view subject, std::string_view step) {
  const Rows now = rows_of(other_);
  for (const auto& [table, rows] : before_) {
    const auto found = now.find(table);
    if (found == now.end() || found->second != rows) {
      find(subject, step, "the other tenant's rows in '" + table + "' are not what they were");
    }
  }
  before_ = now;
}

IsolationCheck::Rows IsolationCheck::rows_of(const TenantContext& context) const {
  const ScopedSql sql{store_.store(), context, generous};
  Rows rows;
  for (const SqlTableInfo& table : must(sql.tables())) {
    if (table.is_shared) {
      continue;
    }
    auto& texts = rows[table.name];
    must(sql.for_each("SELECT * FROM " + in_quotes(table.name), {},
                      [&](const SqlRow& row) -> Result<void> {
                        std::string text;
                        for (std::size_t column = 0; column < row.size(); ++column) {
                          text += text_of(row.value(column).view());
                        }
                        texts.insert(std::move(text));
                        return success();
                      }));
  }
  return rows;
}

std::string IsolationCheck::text_of(const tenancy::detail::ValueView& value) {
  using tenancy::detail::ValueType;
  switch (value.type()) {
    case ValueType::int64:
      return 'i' + std::to_string(value.int64()) + ';';
    case ValueType::real:
      return 'r' + std::to_string(value.real()) + ';';
    case ValueType::text:
    case ValueType::blob:
      return (value.type() == ValueType::text ? 't' : 'b') + std::to_string(value.bytes().size()) +
             ':' + std::string{value.bytes()};
    default:
      return "n;";
  }
}

}  // namespace tenancy::inline v0::testing
