#include "migrate/table_mending.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "migrate/column_type.hpp"
#include "migrate/mapping_fit.hpp"
#include "migrate/reference_fault.hpp"
#include "migrate/sql_mending.hpp"
#include "migrate/table_kind.hpp"
#include "storage/sql_tokens.hpp"

namespace tenancy::inline v0::detail {
namespace {

using Names = std::vector<std::string>;
using Clauses = std::vector<DefinedClause>;

constexpr std::string_view own_tenant = R"(REFERENCES "tenancy_tenants" ("tenant_id"))";

Names behind_tenant(const Names& columns) {
  Names names{std::string{tenant_column}};
  std::ranges::copy_if(columns, std::back_inserter(names),
                       [](const std::string& name) { return !is_tenant_column(name); });
  return names;
}

/// What stands behind `REFERENCES parent (columns)`, with a space before it.
std::string tail_of_reference(const std::string& clause) {
  const auto tokens = sql_tokens(clause);
  std::size_t at = find_keywords(tokens, {"REFERENCES"}) + 2;
  if (at < tokens.size() && tokens[at].is('(')) {
    while (at < tokens.size() && !tokens[at].is(')')) {
      ++at;
    }
    ++at;
  }
  if (at >= tokens.size()) {
    return {};
  }
  return " " + sql_text(std::span<const SqlToken>{tokens}.subspan(at));
}

/// Mends one table's definition by the rules.
class RuleMending {
 public:
  RuleMending(const Catalogue& catalogue, const SchemaPolicy& policy, const CatalogueTable& table,
              TableDefinition& definition) noexcept
      : catalogue_{catalogue}, policy_{policy}, table_{table}, definition_{definition} {}

  bool mend() && {
    mend_words();
    if (kind_of(table_, policy_) != TableKind::shared) {
      mend_tenant_column();
    }
    if (!mend_references()) {
      return false;
    }
    if (kind_of(table_, policy_) != TableKind::shared) {
      mend_primary_key();
      mend_unique_keys();
    }
    return true;
  }

 private:
  /// Each clause, of columns first, which is the order of the text.
  template <class Change>
  void for_each_clause(Change change) {
    for (DefinedColumn& column : definition_.columns) {
      change(column.clauses);
    }
    change(definition_.constraints);
  }

  void mend_words() {
    for_each_clause([](Clauses& clauses) {
      std::erase_if(clauses, [](const DefinedClause& clause) {
        const bool is_open =
            clause.kind == ClauseKind::default_value || clause.kind == ClauseKind::check;
        return is_open && asks_connection(clause.text);
      });
      for (DefinedClause& clause : clauses) {
        clause.text = without_deferral(without_rollback(clause.text));
      }
    });
  }

  void mend_tenant_column() {
    auto* column = definition_.column(tenant_column);
    if (column == nullptr) {
      column = &*definition_.columns.insert(definition_.columns.begin(),
                                            DefinedColumn{std::string{tenant_column}, "INTEGER"});
    }
    if (!is_same_name(column->type, "INTEGER")) {
      column->type = "INTEGER";
    }
    column->remove(ClauseKind::default_value);
    column->remove(ClauseKind::generated);
    column->set_not_null(true);
  }

  /// The references in the order of their declarations; the catalogue has the last one first.
  bool mend_references() {
    auto next = table_.references.rbegin();
    bool has_all = true;
    Clauses added;
    for_each_clause([&](Clauses& clauses) {
      Clauses kept;
      for (DefinedClause& clause : clauses) {
        if (clause.kind != ClauseKind::reference) {
          kept.push_back(std::move(clause));
          continue;
        }
        if (next == table_.references.rend()) {
          has_all = false;
          return;
        }
        mend_reference(*next++, std::move(clause), kept, added);
      }
      clauses = std::move(kept);
    });
    std::ranges::move(added, std::back_inserter(definition_.constraints));
    if (!holds_tenant_ && kind_of(table_, policy_) != TableKind::shared) {
      definition_.column(tenant_column)
          ->clauses.push_back({ClauseKind::reference, std::string{own_tenant}});
    }
    return has_all && next == table_.references.rend();
  }

  /// Keeps it, puts another in its place, or lets it go.
  void mend_reference(CatalogueReference reference, DefinedClause clause, Clauses& kept,
                      Clauses& added) {
    auto fault = fault_of(catalogue_, policy_, table_, reference);
    if (fault == ReferenceFault::sets_tenant) {
      clause.text = without_set_actions(clause.text);
      reference.on_delete = reference.on_update = "RESTRICT";
      fault = fault_of(catalogue_, policy_, table_, reference);
    }
    if (fault == ReferenceFault::none) {
      holds_tenant_ = holds_tenant_ || holds_tenant(catalogue_, policy_, table_, reference);
      kept.push_back(std::move(clause));
      return;
    }
    if (fault != ReferenceFault::not_led_by_tenant) {
      return;
    }
    Names from;
    Names to;
    for (std::size_t at = 0; at < reference.pairs.size(); ++at) {
      const auto target = reference.pairs.size() == 1 && reference.pairs[0].to.empty()
                              ? only_key_of(reference.table)
                              : target_of(catalogue_, reference, at);
      if (target.empty()) {
        return;
      }
      if (!is_tenant_column(reference.pairs[at].from) && !is_tenant_column(target)) {
        from.push_back(reference.pairs[at].from);
        to.push_back(target);
      }
    }
    if (!from.empty()) {
      holds_tenant_ = holds_tenant_ || std::ranges::all_of(from, [&](const std::string& name) {
                        return table_.is_never_null(name);
                      });
      added.push_back({ClauseKind::reference, "FOREIGN KEY " + in_parentheses(behind_tenant(from)) +
                                                  " REFERENCES " + sql_name(reference.table) + " " +
                                                  in_parentheses(behind_tenant(to)) +
                                                  tail_of_reference(clause.text)});
    }
  }

  /// What a reference of one column means by a parent's primary key, beside the tenant.
  [[nodiscard]] std::string only_key_of(std::string_view parent) const {
    const auto names = behind_tenant(catalogue_.table(parent)->primary_key());
    return names.size() == 2 ? names.back() : std::string{};
  }

  void mend_primary_key() {
    const auto key = table_.primary_key();
    const auto* const tenant = table_.column(tenant_column);
    for_each_clause([](Clauses& clauses) {
      for (DefinedClause& clause : clauses) {
        if (clause.kind == ClauseKind::primary_key) {
          SqlTokens tokens = sql_tokens(clause.text);
          std::erase_if(tokens, [](const SqlToken& token) { return token.is("AUTOINCREMENT"); });
          clause.text = sql_text(tokens);
        }
      }
    });
    if (!key.empty() && is_tenant_column(key.front())) {
      definition_.is_without_rowid = definition_.is_without_rowid || table_.is_row_number(*tenant);
      return;
    }
    for_each_clause([](Clauses& clauses) {
      std::erase_if(clauses, [](const DefinedClause& clause) {
        return clause.kind == ClauseKind::primary_key;
      });
    });
    Names names = behind_tenant(key);
    if (key.empty()) {
      definition_.columns.push_back({std::string{number_column}, "INTEGER"});
      names.emplace_back(number_column);
    }
    for (const std::string& name : names) {
      definition_.column(name)->set_not_null(true);
    }
    definition_.constraints.insert(
        definition_.constraints.begin(),
        {ClauseKind::primary_key, "PRIMARY KEY " + in_parentheses(names)});
  }

  void mend_unique_keys() {
    for (DefinedColumn& column : definition_.columns) {
      if (is_tenant_column(column.name)) {
        continue;
      }
      for (const DefinedClause& clause : column.clauses) {
        if (clause.kind == ClauseKind::unique) {
          const auto tokens = sql_tokens(clause.text);
          const auto behind = find_keywords(tokens, {"UNIQUE"}) + 1;
          const auto tail = sql_text(std::span<const SqlToken>{tokens}.subspan(behind));
          definition_.constraints.push_back(
              {ClauseKind::unique, "UNIQUE " + in_parentheses(behind_tenant({column.name})) +
                                       (tail.empty() ? "" : " " + tail)});
        }
      }
      column.remove(ClauseKind::unique);
    }
    for (DefinedClause& clause : definition_.constraints) {
      const auto names =
          clause.kind == ClauseKind::unique ? names_in_parentheses(clause.text) : Names{};
      if (!names.empty() && !is_tenant_column(names.front())) {
        clause.text = led_by_tenant(clause.text);
      }
    }
  }

  const Catalogue& catalogue_;
  const SchemaPolicy& policy_;
  const CatalogueTable& table_;
  TableDefinition& definition_;
  bool holds_tenant_ = false;
};

}  // namespace

bool mend_by_rules(const Catalogue& catalogue, const SchemaPolicy& policy,
                   const CatalogueTable& table, TableDefinition& definition) {
  return RuleMending{catalogue, policy, table, definition}.mend();
}

void mend_by_mapping(const Catalogue& catalogue, const CatalogueTable& table,
                     const ExpectedTable& mapping, TableDefinition& definition) {
  for (const ExpectedColumn& expected : mapping.columns) {
    auto* const column = definition.column(expected.name);
    if (column == nullptr) {
      definition.columns.push_back(column_of(expected));
      continue;
    }
    if (is_tenant_column(expected.name) || column->has(ClauseKind::generated)) {
      continue;
    }
    if (expected.nullable == table.is_never_null(expected.name)) {
      column->set_not_null(!expected.nullable);
    }
    if (expected.stored &&
        !keeps(affinity_of(column->type, definition.is_strict), *expected.stored)) {
      column->type = type_of(*expected.stored);
    }
  }
  if (!has_key(table, mapping.key)) {
    const auto key = behind_tenant(mapping.key);
    for (const std::string& name : key) {
      if (auto* const column = definition.column(name)) {
        column->set_not_null(true);
      }
    }
    definition.constraints.push_back({ClauseKind::unique, "UNIQUE " + in_parentheses(key)});
  }
  for (const ExpectedReference& expected : mapping.references) {
    if (!has_reference(catalogue, table, expected)) {
      definition.constraints.push_back({ClauseKind::reference, foreign_key_of(expected)});
    }
  }
}

DefinedColumn column_of(const ExpectedColumn& expected) {
  static constexpr std::array<std::string_view, 4> defaults{"0", "0.0", "''", "x''"};
  DefinedColumn column{expected.name,
                       std::string{expected.stored ? type_of(*expected.stored) : "ANY"}};
  if (!expected.nullable) {
    column.set_not_null(true);
    // Rows that are there need a value.
    const auto value =
        expected.stored ? defaults[static_cast<std::size_t>(*expected.stored)] : "''";
    column.clauses.push_back({ClauseKind::default_value, "DEFAULT " + std::string{value}});
  }
  return column;
}

std::string foreign_key_of(const ExpectedReference& expected) {
  return "FOREIGN KEY " + in_parentheses(behind_tenant(expected.columns)) + " REFERENCES " +
         sql_name(expected.table) + " " + in_parentheses(behind_tenant(expected.to));
}

}  // namespace tenancy::inline v0::detail
