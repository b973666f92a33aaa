#include "migrate/table_mender.hpp"

#include <algorithm>
#include <utility>

#include "migrate/column_type.hpp"
#include "migrate/sql_mending.hpp"
#include "migrate/table_kind.hpp"
#include "migrate/table_mending.hpp"
#include "storage/sql_tokens.hpp"

namespace tenancy::inline v0::detail {
namespace {

/// A name for the table until it takes the place of the old one.
std::string draft_name(const Catalogue& catalogue, const std::string& table) {
  std::string name = table + "_mended";
  while (catalogue.table(name) != nullptr) {
    name += '_';
  }
  return name;
}

bool mentions(std::string_view sql, std::string_view name) {
  const auto tokens = sql_tokens(sql);
  return std::ranges::any_of(
      tokens, [&](const SqlToken& token) { return is_same_name(token.name(), name); });
}

/// The views and other tables' triggers that stand in the way while a table is not there, those
/// that stand on others last.
std::vector<const CatalogueObject*> dependents_of(const Catalogue& catalogue,
                                                  const CatalogueTable& table) {
  std::vector<const CatalogueObject*> found;
  const auto depends = [&](const CatalogueObject& object) {
    return mentions(object.sql, table.name) ||
           std::ranges::any_of(found, [&](const CatalogueObject* other) {
             return other->is_view && mentions(object.sql, other->name);
           });
  };
  for (bool has_grown = true; has_grown;) {
    has_grown = false;
    for (const CatalogueObject& object : catalogue.views_and_triggers) {
      const bool is_known = std::ranges::find(found, &object) != found.end();
      if (!is_known && depends(object)) {
        found.push_back(&object);
        has_grown = true;
      }
    }
  }
  return found;
}

std::string statement(std::string_view sql) {
  // A comment at the end would swallow the semicolon.
  const auto line = sql.substr(sql.rfind('\n') + 1);
  return std::string{sql} + (line.find("--") == std::string_view::npos ? ";\n" : "\n;\n");
}

/// Copies what there is. What there is not is given by its default, or by the host.
std::string copy_of_rows(const CatalogueTable& table, const TableDefinition& to,
                         const std::string& draft) {
  std::string columns;
  std::string values;
  std::string_view note;
  for (const DefinedColumn& column : to.columns) {
    if (column.has(ClauseKind::generated)) {
      continue;
    }
    std::string value;
    if (table.column(column.name) != nullptr) {
      value = sql_name(column.name);
    } else if (is_tenant_column(column.name)) {
      value = "NULL";
      note = "-- Put whose the rows are in the place of NULL; it is refused for any row.\n";
    } else if (column.name == number_column && table.primary_key().empty()) {
      value = table.column(tenant_column) == nullptr
                  ? "row_number() OVER (ORDER BY rowid)"
                  : R"(row_number() OVER (PARTITION BY "tenant_id" ORDER BY rowid))";
    } else {
      continue;
    }
    columns += (columns.empty() ? "" : ", ") + sql_name(column.name);
    values += (values.empty() ? "" : ", ") + value;
  }
  return std::string{note} + statement("INSERT INTO " + sql_name(draft) + " (" + columns +
                                       ")\n  SELECT " + values + " FROM " + sql_name(table.name));
}

}  // namespace

std::optional<TableDefinition> TableMender::mended(const CatalogueTable& table,
                                                   Mending extent) const {
  auto definition = TableDefinition::parse(table.sql);
  if (!definition) {
    return definition;
  }
  const auto kind = kind_of(table, policy_);
  const bool has_rules = kind != TableKind::control && kind != TableKind::unchecked;
  if (has_rules && !mend_by_rules(catalogue_, policy_, table, *definition)) {
    return std::nullopt;
  }
  if (kind != TableKind::shared) {
    for (const ExpectedTable& mapping : mappings_) {
      if (is_same_name(mapping.table, table.name)) {
        mend_by_mapping(catalogue_, table, mapping, *definition);
      }
    }
  }
  if (extent == Mending::warned_of && !definition->is_strict) {
    definition->is_strict = true;
    for (DefinedColumn& column : definition->columns) {
      column.type = strict_type_of(column.type);
    }
  }
  return definition;
}

bool TableMender::needs_rebuild(const CatalogueTable& table) const {
  auto before = TableDefinition::parse(table.sql);
  auto after = mended(table, Mending::refused);
  if (!before || !after) {
    return true;
  }
  // What the mappings alone ask for can be added to the table as it is.
  std::erase_if(after->columns, [&](const DefinedColumn& column) {
    return before->column(column.name) == nullptr && !is_tenant_column(column.name) &&
           column.name != number_column;
  });
  return before->sql() != after->sql();
}

std::string TableMender::rebuild(const CatalogueTable& table, Mending extent) const {
  auto definition = mended(table, extent);
  if (!definition) {
    return {};
  }
  const std::string draft = draft_name(catalogue_, table.name);
  definition->name = draft;
  const auto dependents = dependents_of(catalogue_, table);
  std::string script;
  for (const auto& object : dependents) {
    if (object->is_view || !is_same_name(object->table, table.name)) {
      script +=
          statement((object->is_view ? "DROP VIEW " : "DROP TRIGGER ") + sql_name(object->name));
    }
  }
  script += statement(definition->sql()) + copy_of_rows(table, *definition, draft) +
            statement("DROP TABLE " + sql_name(table.name)) +
            statement("ALTER TABLE " + sql_name(draft) + " RENAME TO " + sql_name(table.name));
  const auto kind = kind_of(table, policy_);
  const bool has_tenant = kind == TableKind::tenant || kind == TableKind::unclassified;
  for (const CatalogueIndex& index : table.indexes) {
    if (!index.sql.empty()) {
      script += statement(has_tenant ? mend_index(index) : index.sql);
    }
  }
  for (const auto& object : dependents) {
    script += statement(object->is_view ? object->sql : mend_trigger(*object));
  }
  return script;
}

std::string TableMender::create(const ExpectedTable& mapping) const {
  TableDefinition definition{mapping.table};
  definition.columns.push_back(
      {std::string{tenant_column},
       "INTEGER",
       {{ClauseKind::not_null, "NOT NULL"},
        {ClauseKind::reference, R"(REFERENCES "tenancy_tenants" ("tenant_id"))"}}});
  std::vector<std::string> key{std::string{tenant_column}};
  key.insert(key.end(), mapping.key.begin(), mapping.key.end());
  for (const ExpectedColumn& expected : mapping.columns) {
    if (!is_tenant_column(expected.name)) {
      auto& column = definition.columns.emplace_back(column_of(expected));
      column.remove(ClauseKind::default_value);
    }
  }
  definition.constraints.push_back({ClauseKind::primary_key, "PRIMARY KEY " + in_parentheses(key)});
  for (const ExpectedReference& expected : mapping.references) {
    definition.constraints.push_back({ClauseKind::reference, foreign_key_of(expected)});
  }
  definition.is_strict = true;
  definition.is_without_rowid = true;
  return statement(definition.sql());
}

std::string mend_index(const CatalogueIndex& index) {
  return is_tenant_column(index.columns.front()) ? index.sql : led_by_tenant(index.sql);
}

std::string mend_trigger(const CatalogueObject& trigger) {
  return rolls_back(trigger.sql) ? without_rollback(trigger.sql) : trigger.sql;
}

}  // namespace tenancy::inline v0::detail
