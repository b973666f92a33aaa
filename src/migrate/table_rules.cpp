#include "migrate/table_rules.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "migrate/finding.hpp"
#include "migrate/reference_fault.hpp"
#include "migrate/row_policy.hpp"
#include "migrate/sql_mending.hpp"
#include "migrate/table_kind.hpp"
#include "registry/schema.hpp"
#include "storage/sql_tokens.hpp"

namespace tenancy::inline v0::detail {
namespace {

using Names = std::vector<std::string>;

/// The table that `create_journal` makes, which stands in no step.
constexpr std::string_view journal_table = "tenancy_migrations";

/// Whether the library's own schema has a table of that name.
bool is_made_by_library(std::string_view name, Dialect dialect) {
  const auto steps = control_schema(dialect);
  return (dialect == Dialect::sqlite ? is_same_name(name, journal_table) : name == journal_table) ||
         std::ranges::any_of(steps, [&](const Migration& step) {
           return step.sql.find("CREATE TABLE " + std::string{name} + " (") != std::string::npos;
         });
}

/// What a foreign key that leads astray does, and what to do about it.
std::string_view words_for(ReferenceFault fault) {
  switch (fault) {
    case ReferenceFault::sets_tenant:
      return "would set 'tenant_id' to another value: use CASCADE or RESTRICT";
    case ReferenceFault::other_tenant:
      return "refers to tenants by another column than 'tenant_id': a tenant's rows name no other "
             "tenant";
    case ReferenceFault::no_such_table:
      return "refers to a table that is not there, so that no row can be written, or to one in "
             "another schema, which is not looked at: leave it out";
    case ReferenceFault::control_table:
      return "refers to a table of the library's: only tenancy_tenants can be referred to";
    case ReferenceFault::not_led_by_tenant:
      return "does not begin with 'tenant_id' on both sides, so that it may lead to another "
             "tenant's row: declare FOREIGN KEY (tenant_id, …) REFERENCES … (tenant_id, …)";
    case ReferenceFault::pairs_tenant:
      return "pairs 'tenant_id' with a column of a shared table: leave it out";
    case ReferenceFault::leaves_shared:
      return "leads from a shared row to rows of single tenants: turn the reference round";
    case ReferenceFault::none:
      break;
  }
  return {};
}

/// Judges one table.
class TableJudge {
 public:
  TableJudge(const Catalogue& catalogue, const SchemaPolicy& policy, const CatalogueTable& table,
             const TableMender& mender) noexcept
      : catalogue_{catalogue}, policy_{policy}, table_{table}, mender_{mender} {}

  std::vector<SchemaFinding> judge() && {
    const auto kind = kind_of(table_, policy_);
    if (kind == TableKind::control) {
      judge_name();
      if (table_.name.starts_with("tenancy_quota")) {
        judge_security();
      }
    } else if (kind == TableKind::unchecked) {
      return {};
    } else if (table_.is_virtual) {
      judge_virtual();
    } else if (kind == TableKind::unclassified) {
      refuse(SchemaRule::classified_table, {},
             "the table " + quoted() +
                 " has no column 'tenant_id', so that nothing says whose its rows are: give it "
                 "one, or list it in SchemaPolicy::shared_tables if every tenant may know what is "
                 "in it",
             by_rebuild(mender_, table_));
    } else {
      judge_words();
      judge_inheritance();
      if (kind == TableKind::shared) {
        judge_shared();
      } else {
        judge_tenants();
      }
    }
    return std::move(findings_);
  }

 private:
  [[nodiscard]] std::string quoted() const { return in_quotes(table_.name); }

  void add(SchemaRule rule, Severity severity, Names columns, std::string message, Remedy remedy) {
    findings_.push_back(
        {rule, severity, table_.name, std::move(columns), std::move(message), std::move(remedy)});
  }
  void refuse(SchemaRule rule, Names columns, std::string message, Remedy remedy) {
    add(rule, Severity::refused, std::move(columns), std::move(message), std::move(remedy));
  }
  /// What only building the table anew mends.
  void refuse(SchemaRule rule, Names columns, std::string message) {
    refuse(rule, std::move(columns), std::move(message), by_rebuild(mender_, table_));
  }

  void judge_name() {
    if (is_made_by_library(table_.name, catalogue_.dialect)) {
      return;
    }
    std::string name = table_.name.substr(std::string_view{"tenancy_"}.size());
    while (name.empty() || catalogue_.table(name) != nullptr) {
      name += '_';
    }
    refuse(SchemaRule::classified_table, {},
           "the table " + quoted() +
               " has a name of the library's, whose tables are not looked at, and is none of "
               "them: name it otherwise",
           by_sql("ALTER TABLE " + sql_name(table_.name) + " RENAME TO " + sql_name(name) + ";\n"));
  }

  void judge_virtual() {
    // What a virtual table stands on goes with it.
    const auto owner = std::ranges::find_if(catalogue_.tables, [&](const CatalogueTable& other) {
      return other.is_virtual && other.sql.starts_with("CREATE VIRTUAL") &&
             is_same_name(table_.name.substr(0, other.name.size() + 1), other.name + "_");
    });
    refuse(SchemaRule::no_virtual_table, {},
           "the table " + quoted() +
               " is virtual or belongs to a virtual one, whose rows are nobody's; an index of "
               "words that tenants share ranks by what is in the rows of all of them: drop it",
           by_sql("DROP TABLE IF EXISTS " +
                  sql_name(owner == catalogue_.tables.end() ? table_.name : owner->name) + ";\n"));
  }

  void judge_words() {
    const bool has_deferred =
        std::ranges::any_of(table_.references, &CatalogueReference::is_deferred);
    if (has_deferred || defers(table_.sql)) {
      refuse(SchemaRule::immediate_references, {},
             "a foreign key of " + quoted() +
                 " is INITIALLY DEFERRED, so that one tenant's broken reference shows when all "
                 "commit: leave that out");
    }
    if (rolls_back(table_.sql)) {
      refuse(SchemaRule::conflict_clause, {},
             "a constraint of " + quoted() +
                 " has ON CONFLICT ROLLBACK, which ends a transaction that others share: leave "
                 "that out");
    }
    if (asks_connection(table_.sql)) {
      refuse(SchemaRule::no_connection_state, {},
             "a default or a check of " + quoted() +
                 " calls changes(), total_changes() or last_insert_rowid(), which tell what the "
                 "connection did for other tenants: leave that out");
    }
    if (asks_server(table_.expressions)) {
      refuse(SchemaRule::no_connection_state, {},
             "a default or a check of " + quoted() +
                 " calls pg_backend_pid(), txid_current() or another function that tells what the "
                 "connection or the server did for other tenants: leave that out");
    }
  }

  /// A table's policy is not asked about rows that are reached through another table.
  void judge_inheritance() {
    if (table_.inherits) {
      refuse(
          SchemaRule::row_security, {},
          "the table " + quoted() +
              " inherits from another one, or another one from it, or one of them is a partition "
              "in another schema: who reads or changes the parent comes to the child's rows past "
              "its policy; make each a table of its own, or partition it within the schema",
          by_hand("ALTER TABLE … NO INHERIT …, once its rows are where they belong."));
    }
  }

  void judge_shared() {
    if (table_.column(tenant_column) != nullptr) {
      refuse(SchemaRule::classified_table, {std::string{tenant_column}},
             "the table " + quoted() +
                 " has a column 'tenant_id' and is listed in SchemaPolicy::shared_tables: it is "
                 "one or the other",
             by_policy("Take \"" + table_.name + "\" off SchemaPolicy::shared_tables."));
      return;
    }
    for (const CatalogueReference& reference : table_.references) {
      judge_reference(reference);
    }
  }

  void judge_tenants() {
    judge_tenant_column();
    judge_keys();
    judge_security();
    bool refers_to_tenant = false;
    for (const CatalogueReference& reference : table_.references) {
      refers_to_tenant = judge_reference(reference) || refers_to_tenant;
    }
    if (!refers_to_tenant) {
      add(SchemaRule::tenant_reference, Severity::warning, {std::string{tenant_column}},
          "the column 'tenant_id' of " + quoted() +
              " refers to nothing, so that rows may stay whose tenant is gone: add REFERENCES "
              "tenancy_tenants",
          by_rebuild(mender_, table_));
    }
    judge_distribution();
    if (!table_.is_strict) {
      add(SchemaRule::strict_table, Severity::warning, {},
          "the table " + quoted() + " takes values of any type: make it STRICT",
          by_rebuild(mender_, table_, Mending::warned_of));
    }
  }

  /// What keeps no tenants from each other and a table from being spread over several servers.
  void judge_distribution() {
    for (const CatalogueReference& reference : table_.references) {
      const bool has_tenant = std::ranges::any_of(
          reference.pairs, [](const auto& pair) { return is_tenant_column(pair.from); });
      if (catalogue_.dialect == Dialect::postgresql && has_tenant &&
          reference.on_update == "CASCADE") {
        add(SchemaRule::distributable, Severity::warning, {std::string{tenant_column}},
            "a foreign key of " + quoted() + " to " + in_quotes(reference.table) +
                " has 'tenant_id' and ON UPDATE CASCADE, with which Citus does not spread the "
                "table: keys do not change, so leave that out",
            by_rebuild(mender_, table_));
      }
    }
  }

  void judge_tenant_column() {
    const auto* const column = table_.column(tenant_column);
    const std::string type = catalogue_.dialect == Dialect::sqlite ? "INTEGER" : "BIGINT";
    const auto wrong = [&](std::string_view what) {
      refuse(SchemaRule::tenant_column, {column->name},
             "the column 'tenant_id' of " + quoted() + " " + std::string{what} + ": declare it " +
                 type + " NOT NULL REFERENCES tenancy_tenants");
    };
    if (!is_same_name(column->type, type)) {
      wrong("is not of the type " + type + ", so that one tenant has several values there");
    }
    if (table_.is_row_number(*column)) {
      wrong(
          "is the number of the row, which SQLite makes up where none is given, and so the tenant: "
          "make the table WITHOUT ROWID");
    } else if (!column->is_not_null) {
      wrong("may be NULL, so that a row is nobody's");
    }
    if (column->has_default) {
      wrong("has a default, which would give rows to a tenant unasked");
    }
    if (column->is_computed) {
      wrong("is computed, so that what is written does not say whose the row is");
    }
    if (const auto counted = std::ranges::find_if(table_.columns, &CatalogueColumn::is_counted);
        counted != table_.columns.end()) {
      refuse(SchemaRule::no_autoincrement, {counted->name},
             "the column " + in_quotes(counted->name) + " of " + quoted() +
                 " is filled in by a sequence, one counter for all tenants, whose gaps tell each "
                 "how many rows the others add: let keys be made by the host, or count within the "
                 "tenant");
    }
    const auto tokens = sql_tokens(table_.sql);
    if (find_keywords(tokens, {"AUTOINCREMENT"}) != tokens.size()) {
      refuse(SchemaRule::no_autoincrement, table_.primary_key(),
             "the table " + quoted() +
                 " has AUTOINCREMENT, one counter for all tenants, whose gaps tell each how many "
                 "rows the others add: let keys be made by the host, or count within the tenant");
    }
  }

  void judge_security() {
    if (catalogue_.dialect == Dialect::postgresql && !table_.is_secured) {
      refuse(SchemaRule::row_security, {},
             "the rows of " + quoted() +
                 " are not secured by the library's policy alone, with row-level security enabled "
                 "and forced, so that a query that forgets the tenant sees rows of all of them",
             by_sql(secure_rows_anew(table_.name)));
    }
  }

  void judge_keys() {
    const auto key = table_.primary_key();
    if (key.empty() || !is_tenant_column(key.front())) {
      refuse(SchemaRule::primary_key, key,
             "the primary key of " + quoted() +
                 " does not begin with 'tenant_id', so that tenants share its values: declare "
                 "PRIMARY KEY (tenant_id, …)");
    }
    for (const CatalogueIndex& index : table_.indexes) {
      if (index.excludes_others) {
        refuse(SchemaRule::unique_key, index.columns,
               "the exclusion constraint " + in_quotes(index.name) + " of " + quoted() +
                   " does not compare 'tenant_id' by =, so that one tenant's rows keep out "
                   "another's, which learns of them: declare EXCLUDE USING gist (tenant_id WITH "
                   "=, …), with the extension btree_gist");
      } else if (!index.is_primary_key && !is_tenant_column(index.columns.front())) {
        judge_index(index);
      }
    }
  }

  void judge_index(const CatalogueIndex& index) {
    auto remedy = index.sql.empty() ? by_rebuild(mender_, table_)
                                    : by_sql("DROP INDEX IF EXISTS " + sql_name(index.name) +
                                             ";\n" + mend_index(index) + ";\n");
    const bool has_tenant = std::ranges::any_of(index.columns, &is_tenant_column);
    if (index.is_unique) {
      refuse(SchemaRule::unique_key, index.columns,
             std::string{"the unique index "} + in_quotes(index.name) + " of " + quoted() +
                 " does not begin with 'tenant_id', so that " +
                 (has_tenant ? "a query through it takes the longer the more rows others have"
                             : "one tenant learns which values others use") +
                 ": declare it (tenant_id, …)",
             std::move(remedy));
    } else if (!has_tenant) {
      refuse(SchemaRule::tenant_led_index, index.columns,
             "the index " + in_quotes(index.name) + " of " + quoted() +
                 " does not have 'tenant_id', so that a query through it takes the longer the "
                 "more rows of others have the same values: declare it (tenant_id, …)",
             std::move(remedy));
    } else {
      add(SchemaRule::tenant_led_index, Severity::warning, index.columns,
          "the index " + in_quotes(index.name) + " of " + quoted() +
              " does not begin with 'tenant_id' and helps no tenant's query: declare it "
              "(tenant_id, …)",
          std::move(remedy));
    }
  }

  /// Says whether the tenant is held to exist by it.
  bool judge_reference(const CatalogueReference& reference) {
    const auto fault = fault_of(catalogue_, policy_, table_, reference);
    if (fault == ReferenceFault::none) {
      return holds_tenant(catalogue_, policy_, table_, reference);
    }
    Names columns;
    std::string list;
    for (const auto& pair : reference.pairs) {
      list += (list.empty() ? "" : ", ") + pair.from;
      columns.push_back(pair.from);
    }
    refuse(SchemaRule::foreign_key, std::move(columns),
           "the foreign key (" + list + ") of " + quoted() + " to " + in_quotes(reference.table) +
               " " + std::string{words_for(fault)});
    return false;
  }

  const Catalogue& catalogue_;
  const SchemaPolicy& policy_;
  const CatalogueTable& table_;
  const TableMender& mender_;
  std::vector<SchemaFinding> findings_;
};

}  // namespace

std::vector<SchemaFinding> judge_table(const Catalogue& catalogue, const SchemaPolicy& policy,
                                       const CatalogueTable& table, const TableMender& mender) {
  return TableJudge{catalogue, policy, table, mender}.judge();
}

}  // namespace tenancy::inline v0::detail
