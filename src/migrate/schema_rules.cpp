#include "migrate/schema_rules.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "migrate/mapping_rules.hpp"
#include "migrate/sql_words.hpp"
#include "migrate/tenant_table.hpp"
#include "registry/schema.hpp"

namespace tenancy::inline v0::detail {
namespace {

constexpr std::string_view tenant_column = "tenant_id";
constexpr std::string_view control_prefix = "tenancy_";
constexpr std::string_view tenants_table = "tenancy_tenants";

using Names = std::vector<std::string>;

bool lists(const Names& names, std::string_view name) noexcept {
  return std::ranges::any_of(names, [&](const auto& listed) { return is_same_name(listed, name); });
}

bool is_tenant_column(std::string_view name) noexcept { return is_same_name(name, tenant_column); }

bool has_control_name(std::string_view name) noexcept {
  return is_same_name(name.substr(0, control_prefix.size()), control_prefix);
}

std::string in_quotes(std::string_view name) { return "'" + std::string{name} + "'"; }

TableKind kind_of(const CatalogueTable& table, const SchemaPolicy& policy) noexcept {
  if (has_control_name(table.name)) {
    return TableKind::control;
  }
  if (lists(policy.unsafe_tables, table.name)) {
    return TableKind::unchecked;
  }
  if (table.is_virtual) {
    return TableKind::unclassified;
  }
  if (lists(policy.shared_tables, table.name)) {
    return TableKind::shared;
  }
  return table.column(tenant_column) != nullptr ? TableKind::tenant : TableKind::unclassified;
}

/// Whether the text is one that the library's own schema is made with.
bool is_of_library(std::string_view sql) {
  const auto steps = control_schema();
  return !sql.empty() && std::ranges::any_of(steps, [&](const Migration& step) {
    return step.sql.find(sql) != std::string::npos;
  });
}

/// Judges one catalogue.
class Judge {
 public:
  Judge(const Catalogue& catalogue, const SchemaPolicy& policy) noexcept
      : catalogue_{catalogue}, policy_{policy} {}

  SchemaReport judge() && {
    for (const CatalogueTable& table : catalogue_.tables) {
      const auto kind = kind_of(table, policy_);
      report_.tables.push_back({table.name, kind});
      judge_table(table, kind);
    }
    for (const CatalogueObject& object : catalogue_.views_and_triggers) {
      judge_view_or_trigger(object);
    }
    judge_policy();
    return std::move(report_);
  }

 private:
  void refuse(SchemaRule rule, std::string_view object, std::string message) {
    report_.findings.push_back({rule, Severity::refused, std::string{object}, std::move(message)});
  }
  void warn(SchemaRule rule, std::string_view object, std::string message) {
    report_.findings.push_back({rule, Severity::warning, std::string{object}, std::move(message)});
  }

  void judge_table(const CatalogueTable& table, TableKind kind) {
    if (kind == TableKind::control || kind == TableKind::unchecked) {
      return;
    }
    if (table.is_virtual) {
      refuse(SchemaRule::no_virtual_table, table.name,
             "the table " + in_quotes(table.name) +
                 " is virtual or belongs to a virtual one, whose rows are nobody's: drop it");
      return;
    }
    if (kind == TableKind::unclassified) {
      refuse(SchemaRule::classified_table, table.name,
             "the table " + in_quotes(table.name) +
                 " has no column 'tenant_id': give it one, or list it in "
                 "SchemaPolicy::shared_tables if every tenant may know what is in it");
      return;
    }
    judge_words(table);
    if (kind == TableKind::shared) {
      judge_shared(table);
      return;
    }
    judge_tenant_column(table);
    judge_keys(table);
    bool refers_to_tenant = false;
    for (const CatalogueReference& reference : table.references) {
      refers_to_tenant = judge_reference(table, reference) || refers_to_tenant;
    }
    if (!refers_to_tenant) {
      warn(SchemaRule::tenant_reference, table.name,
           "the column 'tenant_id' of " + in_quotes(table.name) +
               " refers to nothing: add REFERENCES tenancy_tenants");
    }
    if (!table.is_strict) {
      warn(SchemaRule::strict_table, table.name,
           "the table " + in_quotes(table.name) + " takes values of any type: make it STRICT");
    }
  }

  void judge_words(const CatalogueTable& table) {
    const auto words = bare_words(table.sql);
    if (words.find(" INITIALLY DEFERRED ") != std::string::npos) {
      refuse(SchemaRule::immediate_references, table.name,
             "a foreign key of " + in_quotes(table.name) +
                 " is INITIALLY DEFERRED, so that one tenant's broken reference shows when all "
                 "commit: leave that out");
    }
    if (words.find(" ON CONFLICT ROLLBACK ") != std::string::npos) {
      refuse(SchemaRule::conflict_clause, table.name,
             "a constraint of " + in_quotes(table.name) +
                 " has ON CONFLICT ROLLBACK, which ends a transaction that others share: leave "
                 "that out");
    }
  }

  void judge_shared(const CatalogueTable& table) {
    if (table.column(tenant_column) != nullptr) {
      refuse(SchemaRule::classified_table, table.name,
             "the table " + in_quotes(table.name) +
                 " has a column 'tenant_id' and is listed in SchemaPolicy::shared_tables: it is "
                 "one or the other");
      return;
    }
    for (const CatalogueReference& reference : table.references) {
      const auto* const parent = catalogue_.table(reference.table);
      const auto kind = parent == nullptr ? TableKind::shared : kind_of(*parent, policy_);
      if (kind == TableKind::tenant || kind == TableKind::control) {
        refuse(SchemaRule::foreign_key, table.name,
               "the shared table " + in_quotes(table.name) +
                   " refers to rows of single tenants in " + in_quotes(reference.table) +
                   ": turn the reference round");
      }
    }
  }

  void judge_tenant_column(const CatalogueTable& table) {
    const auto* const column = table.column(tenant_column);
    const auto wrong = [&](std::string_view what) {
      refuse(SchemaRule::tenant_column, table.name,
             "the column 'tenant_id' of " + in_quotes(table.name) + " " + std::string{what} +
                 ": declare it INTEGER NOT NULL REFERENCES tenancy_tenants");
    };
    if (!is_same_name(column->type, "INTEGER")) {
      wrong("is not of the type INTEGER");
    }
    if (!column->is_not_null) {
      wrong("may be NULL");
    }
    if (column->has_default) {
      wrong("has a default, which would give rows to a tenant unasked");
    }
    if (column->is_computed) {
      wrong("is computed");
    }
  }

  void judge_keys(const CatalogueTable& table) {
    const auto key = table.primary_key();
    if (key.empty() || !is_tenant_column(key.front())) {
      refuse(SchemaRule::primary_key, table.name,
             "the primary key of " + in_quotes(table.name) +
                 " does not begin with 'tenant_id', so that tenants share its values: declare "
                 "PRIMARY KEY (tenant_id, …)");
    }
    for (const CatalogueIndex& index : table.indexes) {
      if (index.is_primary_key || is_tenant_column(index.columns.front())) {
        continue;
      }
      if (index.is_unique) {
        refuse(SchemaRule::unique_key, table.name,
               "the unique index " + in_quotes(index.name) + " of " + in_quotes(table.name) +
                   " does not begin with 'tenant_id', so that one tenant learns which values "
                   "others use: declare it (tenant_id, …)");
      } else {
        warn(SchemaRule::tenant_led_index, table.name,
             "the index " + in_quotes(index.name) + " of " + in_quotes(table.name) +
                 " does not begin with 'tenant_id' and helps no tenant's query: declare it "
                 "(tenant_id, …)");
      }
    }
  }

  /// Says whether the tenant is held to exist by it.
  bool judge_reference(const CatalogueTable& table, const CatalogueReference& reference) {
    const auto wrong = [&](std::string_view what) {
      std::string columns;
      for (const auto& pair : reference.pairs) {
        columns += (columns.empty() ? "" : ", ") + pair.from;
      }
      refuse(SchemaRule::foreign_key, table.name,
             "the foreign key (" + columns + ") of " + in_quotes(table.name) + " to " +
                 in_quotes(reference.table) + " " + std::string{what});
      return false;
    };
    const auto& pairs = reference.pairs;
    const bool has_tenant =
        std::ranges::any_of(pairs, [](const auto& pair) { return is_tenant_column(pair.from); });
    const auto sets = [&](std::string_view action) { return action.starts_with("SET "); };
    if (has_tenant && (sets(reference.on_delete) || sets(reference.on_update))) {
      return wrong("would set 'tenant_id' to another value: use CASCADE or RESTRICT");
    }
    if (is_same_name(reference.table, tenants_table)) {
      const bool is_plain = pairs.size() == 1 && is_tenant_column(pairs[0].from) &&
                            (pairs[0].to.empty() || is_tenant_column(pairs[0].to));
      return is_plain || wrong(
                             "refers to tenants by another column than 'tenant_id': a tenant's "
                             "rows name no other tenant");
    }
    const auto* const parent = catalogue_.table(reference.table);
    if (parent == nullptr) {
      return wrong("refers to a table that is not there");
    }
    switch (kind_of(*parent, policy_)) {
      case TableKind::control:
        return wrong("refers to a table of the library's: only tenancy_tenants can be referred to");
      case TableKind::tenant: {
        const auto key = parent->primary_key();
        const auto first = pairs[0].to.empty() && !key.empty() ? key.front() : pairs[0].to;
        return (is_tenant_column(pairs[0].from) && is_tenant_column(first)) ||
               wrong(
                   "does not begin with 'tenant_id' on both sides, so that it may lead to "
                   "another tenant's row: declare FOREIGN KEY (tenant_id, …) REFERENCES … "
                   "(tenant_id, …)");
      }
      case TableKind::shared:
        return has_tenant ? wrong("pairs 'tenant_id' with a column of a shared table: leave it out")
                          : false;
      default:
        return false;
    }
  }

  void judge_view_or_trigger(const CatalogueObject& object) {
    if (lists(policy_.allowed_views_and_triggers, object.name) || is_of_library(object.sql) ||
        keeps_updated_at(object)) {
      return;
    }
    const std::string advice =
        ": drop it, or list it in SchemaPolicy::allowed_views_and_triggers once you have looked "
        "at it";
    if (object.is_view) {
      refuse(SchemaRule::listed_view, object.name,
             "the view " + in_quotes(object.name) + " may show rows of other tenants" + advice);
    } else {
      refuse(SchemaRule::listed_trigger, object.name,
             "the trigger " + in_quotes(object.name) + " on " + in_quotes(object.table) +
                 " may touch rows of other tenants" + advice);
    }
  }

  /// Whether it is, to the letter, the trigger that `create_tenant_table` makes.
  [[nodiscard]] bool keeps_updated_at(const CatalogueObject& object) const {
    const auto* const table = object.is_view ? nullptr : catalogue_.table(object.table);
    if (table == nullptr || kind_of(*table, policy_) != TableKind::tenant) {
      return false;
    }
    auto key = table->primary_key();
    if (key.size() < 2) {
      return false;
    }
    key.erase(key.begin());
    return object.sql == updated_at_trigger(table->name, key);
  }

  void judge_policy() {
    const auto judge_list = [&](const Names& names, auto is_there) {
      for (const std::string& name : names) {
        if (!is_there(name)) {
          warn(SchemaRule::current_policy, name,
               "the policy lists " + in_quotes(name) + ", which is not there: take it off");
        }
      }
    };
    const auto is_table = [&](const std::string& name) {
      return catalogue_.table(name) != nullptr;
    };
    judge_list(policy_.shared_tables, is_table);
    judge_list(policy_.unsafe_tables, is_table);
    judge_list(policy_.allowed_views_and_triggers, [&](const std::string& name) {
      return std::ranges::any_of(catalogue_.views_and_triggers, [&](const auto& object) {
        return is_same_name(object.name, name);
      });
    });
  }

  const Catalogue& catalogue_;
  const SchemaPolicy& policy_;
  SchemaReport report_;
};

}  // namespace

SchemaReport judge_schema(const Catalogue& catalogue, const SchemaPolicy& policy) {
  return Judge{catalogue, policy}.judge();
}

Result<SchemaReport> verify_schema(ControlSession& session, const OpenOptions& options) {
  BOOST_OUTCOME_TRY(const auto catalogue, Catalogue::read(session));
  auto report = judge_schema(catalogue, options.schema_policy);
  // Behind the rules that keep tenants apart, which weigh more.
  std::ranges::move(judge_mappings(catalogue, options.mappings),
                    std::back_inserter(report.findings));
  return report;
}

Result<void> require_safe_schema(StoreBackend& store, const OpenOptions& options) {
  BOOST_OUTCOME_TRY(const auto report,
                    control_read(store, options.call, [&](ControlSession& session) {
                      return verify_schema(session, options);
                    }));
  const auto is_refused = [](const auto& finding) { return finding.severity == Severity::refused; };
  const auto first = std::ranges::find_if(report.findings, is_refused);
  if (first == report.findings.end()) {
    return success();
  }
  const auto others = std::ranges::count_if(report.findings, is_refused) - 1;
  return Error{
      first->rule == SchemaRule::mapped_table ? errc::invalid_mapping : errc::unsafe_schema,
      first->message + (others == 0 ? std::string{}
                                    : " (and " + std::to_string(others) +
                                          " more: tenancy::verify_schema tells all)")};
}

}  // namespace tenancy::inline v0::detail
