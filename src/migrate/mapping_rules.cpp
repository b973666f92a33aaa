#include "migrate/mapping_rules.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "migrate/column_type.hpp"
#include "migrate/finding.hpp"
#include "migrate/mapping_fit.hpp"
#include "migrate/table_kind.hpp"
#include "migrate/table_mending.hpp"
#include "storage/sql_tokens.hpp"

namespace tenancy::inline v0::detail {
namespace {

using Names = std::vector<std::string>;

/// Behind the tenant: `(tenant_id, a, b)`.
std::string list_behind_tenant(const Names& names) {
  std::string text = "(" + std::string{tenant_column};
  for (const std::string& name : names) {
    text += ", " + name;
  }
  return text + ")";
}

/// Judges one mapping.
class MappingJudge {
 public:
  MappingJudge(const Catalogue& catalogue, const ExpectedTable& mapping,
               const TableMender& mender) noexcept
      : catalogue_{catalogue}, mapping_{mapping}, mender_{mender} {}

  std::vector<SchemaFinding> judge() && {
    const auto* const table = catalogue_.table(mapping_.table);
    if (table == nullptr) {
      judge_missing();
    } else if (table->column(tenant_column) == nullptr) {
      refuse({},
             "the mapped table " + quoted() +
                 " is no tenants' table: give it a column 'tenant_id', or take the mapping "
                 "away",
             by_mapping("Take the mapping of " + quoted() +
                        " away, or put a tenants' table in its place."));
    } else {
      for (const ExpectedColumn& expected : mapping_.columns) {
        judge_column(*table, expected);
      }
      judge_unmapped(*table);
      judge_key(*table);
      for (const ExpectedReference& expected : mapping_.references) {
        judge_reference(*table, expected);
      }
    }
    return std::move(findings_);
  }

 private:
  [[nodiscard]] std::string quoted() const { return in_quotes(mapping_.table); }

  void refuse(Names columns, std::string message, Remedy remedy) {
    findings_.push_back({SchemaRule::mapped_table, Severity::refused, mapping_.table,
                         std::move(columns), std::move(message), std::move(remedy)});
  }

  void judge_missing() {
    const bool is_view = std::ranges::any_of(catalogue_.views_and_triggers, [&](const auto& it) {
      return it.is_view && it.schema.empty() && is_same_name(it.name, mapping_.table);
    });
    if (is_view) {
      refuse({}, "the mapped table " + quoted() + " is a view: map the table behind it",
             by_mapping("Map the table behind " + quoted() + "."));
    } else {
      refuse({},
             "the mapped table " + quoted() +
                 " does not exist: create it in a migration, or correct its name in the mapping",
             catalogue_.dialect == Dialect::sqlite
                 ? by_sql(mender_.create(mapping_))
                 : by_hand("Create the table " + quoted() + " by create_tenant_table."));
    }
  }

  void judge_column(const CatalogueTable& table, const ExpectedColumn& expected) {
    const auto name = "the mapped column " + in_quotes(expected.name) + " of " + quoted();
    const auto wrong = [&](const std::string& what, Remedy remedy) {
      refuse({expected.name}, name + what, std::move(remedy));
    };
    const auto unmap = [&] {
      return by_mapping("Take " + in_quotes(expected.name) + " out of the mapping of " + quoted() +
                        ".");
    };
    if (is_tenant_column(expected.name)) {
      wrong(" says whose the row is: take it out of the mapping", unmap());
      return;
    }
    const auto* const column = table.column(expected.name);
    if (column == nullptr) {
      wrong(" does not exist: add it in a migration, or correct the mapping",
            catalogue_.dialect != Dialect::sqlite
                ? by_hand("Add the column " + in_quotes(expected.name) + " to " + quoted() + ".")
            : mender_.needs_rebuild(table) ? by_rebuild(mender_, table)
                                           : by_addition(expected));
      return;
    }
    if (column->is_computed) {
      wrong(" is generated and cannot be written: take it out of the mapping", unmap());
      return;
    }
    const bool may_be_null = !table.is_never_null(expected.name);
    if (expected.nullable && !may_be_null) {
      wrong(
          " is NOT NULL and its member is optional: make the member one that always has a value, "
          "or let the column be NULL",
          by_rebuild(mender_, table));
    }
    if (!expected.nullable && may_be_null) {
      wrong(
          " may be NULL and its member is not optional: declare it NOT NULL, or make the member a "
          "std::optional",
          by_rebuild(mender_, table));
    }
    const bool is_sqlite = catalogue_.dialect == Dialect::sqlite;
    if (expected.stored &&
        !(is_sqlite ? keeps(affinity_of(column->type, table.is_strict), *expected.stored)
                    : keeps_on_postgres(column->type, *expected.stored))) {
      const auto needed =
          std::string{is_sqlite ? type_of(*expected.stored) : postgres_type_of(*expected.stored)};
      wrong(" is declared " + in_quotes(column->type) + " and its member is stored as " + needed +
                ": declare it " + needed + ", or map a member of its type",
            by_rebuild(mender_, table));
    }
  }

  /// A column can be added to the table as it is.
  [[nodiscard]] Remedy by_addition(const ExpectedColumn& expected) const {
    const auto column = column_of(expected);
    std::string text = "ALTER TABLE " + sql_name(mapping_.table) + " ADD COLUMN " +
                       sql_name(column.name) + " " + column.type;
    for (const DefinedClause& clause : column.clauses) {
      text += " " + clause.text;
    }
    return by_sql(text + ";\n");
  }

  void judge_unmapped(const CatalogueTable& table) {
    for (const CatalogueColumn& column : table.columns) {
      const auto is_it = [&](std::string_view name) { return is_same_name(name, column.name); };
      const bool is_given = is_it(tenant_column) || std::ranges::any_of(mapping_.key, is_it) ||
                            std::ranges::any_of(mapping_.columns, is_it, &ExpectedColumn::name);
      if (!is_given && column.is_not_null && !column.has_default && !column.is_computed) {
        refuse({column.name},
               "the column " + in_quotes(column.name) + " of " + quoted() +
                   " is NOT NULL without a default and is not mapped, so that no row can be "
                   "inserted: map it, or give it a default",
               by_mapping("Map the column " + in_quotes(column.name) + " of " + quoted() + "."));
      }
    }
  }

  void judge_key(const CatalogueTable& table) {
    if (!has_key(table, mapping_.key)) {
      refuse(mapping_.key,
             "the key " + list_behind_tenant(mapping_.key) + " of the mapping of " + quoted() +
                 " is neither its primary key nor a UNIQUE index, in this order and of NOT NULL "
                 "columns: declare it, or correct the key of the mapping",
             by_rebuild(mender_, table));
    }
  }

  void judge_reference(const CatalogueTable& table, const ExpectedReference& expected) {
    if (!has_reference(catalogue_, table, expected)) {
      refuse(expected.columns,
             "the mapped table " + quoted() + " has no foreign key " +
                 list_behind_tenant(expected.columns) + " to " + in_quotes(expected.table) + " " +
                 list_behind_tenant(expected.to) + ": declare it, or take it out of the mapping",
             by_rebuild(mender_, table));
    }
  }

  const Catalogue& catalogue_;
  const ExpectedTable& mapping_;
  const TableMender& mender_;
  std::vector<SchemaFinding> findings_;
};

}  // namespace

std::vector<SchemaFinding> judge_mappings(const Catalogue& catalogue,
                                          std::span<const ExpectedTable> mappings,
                                          const TableMender& mender) {
  std::vector<SchemaFinding> findings;
  for (const ExpectedTable& mapping : mappings) {
    std::ranges::move(MappingJudge{catalogue, mapping, mender}.judge(),
                      std::back_inserter(findings));
  }
  return findings;
}

}  // namespace tenancy::inline v0::detail
