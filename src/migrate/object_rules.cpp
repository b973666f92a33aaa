#include "migrate/object_rules.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "migrate/finding.hpp"
#include "migrate/sql_mending.hpp"
#include "migrate/table_kind.hpp"
#include "migrate/tenant_table.hpp"
#include "registry/schema.hpp"
#include "storage/sql_tokens.hpp"

namespace tenancy::inline v0::detail {
namespace {

/// Whether the text is one that the library's own schema is made with.
bool is_of_library(std::string_view sql, Dialect dialect) {
  const auto steps = control_schema(dialect);
  return !sql.empty() && std::ranges::any_of(steps, [&](const Migration& step) {
    return step.sql.find(sql) != std::string::npos;
  });
}

/// What the policy is to say of an object as it is now.
std::string entry_for(std::string_view name, std::string_view sql) {
  return "Once you have looked at it, list it in SchemaPolicy::allowed_views_and_triggers: {\"" +
         std::string{name} + "\", \"" + schema_text_hash(sql) + "\"}";
}

/// Judges views and triggers.
class ObjectJudge {
 public:
  ObjectJudge(const Catalogue& catalogue, const SchemaPolicy& policy) noexcept
      : catalogue_{catalogue}, policy_{policy} {}

  std::vector<SchemaFinding> judge() && {
    for (const CatalogueObject& object : catalogue_.views_and_triggers) {
      if (object.has_owners_rights && !keeps_updated_at(object)) {
        judge_rights(object);
      } else {
        judge_review(object);
        judge_trigger_words(object);
      }
    }
    judge_policy();
    return std::move(findings_);
  }

 private:
  void add(SchemaRule rule, Severity severity, std::string_view object, std::string message,
           Remedy remedy) {
    findings_.push_back(
        {rule, severity, std::string{object}, {}, std::move(message), std::move(remedy)});
  }

  /// What has its owner's rights is let through for nobody: whose rows it shows depends on who owns
  /// it, which no text says.
  void judge_rights(const CatalogueObject& object) {
    const std::string schema = object.schema.empty() ? "" : object.schema + ".";
    const std::string name = schema + sql_name(object.name);
    const std::string shown = in_quotes(schema + object.name);
    if (object.is_function) {
      add(SchemaRule::invoker_rights, Severity::refused, object.name,
          "the function " + shown +
              " is SECURITY DEFINER and sees rows as its owner does: make it SECURITY INVOKER",
          by_sql("ALTER ROUTINE " + name + " SECURITY INVOKER;\n"));
    } else if (object.is_table) {
      const auto listed = [&](const std::string& table) {
        return is_same_name(table, object.schema + "." + object.name);
      };
      if (std::ranges::any_of(policy_.unsafe_tables, listed)) {
        return;
      }
      add(SchemaRule::row_security, Severity::refused, object.name,
          "the table " + shown +
              " has a column 'tenant_id' and lies in another schema, where no policy secures its "
              "rows, and this role may use it: take its rights on it away",
          {RemedyKind::by_hand, "REVOKE ALL ON " + name +
                                    " FROM the application's role, or list "
                                    "it in SchemaPolicy::unsafe_tables."});
    } else if (!object.is_view) {
      add(SchemaRule::invoker_rights, Severity::refused, object.name,
          "the trigger or rule " + shown + " on " + in_quotes(object.table) +
              " runs as the table's owner, whom no policy holds then, when a reference of the "
              "table's changes its rows (CASCADE, SET NULL, SET DEFAULT): make it an AFTER "
              "trigger",
          {RemedyKind::by_hand,
           "Make it an AFTER trigger, or let the table's references RESTRICT."});
    } else {
      add(SchemaRule::invoker_rights, Severity::refused, object.name,
          "the view " + shown +
              " shows rows as its owner sees them: make it one with security_invoker; one that is "
              "materialized holds rows that nothing secures: drop it",
          by_sql("ALTER VIEW " + name + " SET (security_invoker = true);\n"));
    }
  }

  void judge_review(const CatalogueObject& object) {
    if (is_of_library(object.sql, catalogue_.dialect) || keeps_updated_at(object)) {
      return;
    }
    const auto hash = schema_text_hash(object.sql);
    bool is_listed = false;
    for (const ReviewedObject& reviewed : policy_.allowed_views_and_triggers) {
      if (is_same_name(reviewed.name, object.name)) {
        is_listed = true;
        if (is_same_name(reviewed.hash, hash)) {
          return;
        }
      }
    }
    std::string what =
        object.is_view ? "the view " + in_quotes(object.name)
                       : (object.sql.starts_with("CREATE RULE") ? "the rule " : "the trigger ") +
                             in_quotes(object.name) + " on " + in_quotes(object.table);
    if (is_listed) {
      what +=
          " is not what SchemaPolicy::allowed_views_and_triggers lists by hash: its text has "
          "changed since, and it";
    }
    what += object.is_view ? " may show rows of other tenants" : " may touch rows of other tenants";
    what +=
        ": drop it, or list it in SchemaPolicy::allowed_views_and_triggers once you have looked at "
        "it";
    add(object.is_view ? SchemaRule::listed_view : SchemaRule::listed_trigger, Severity::refused,
        object.name, std::move(what), by_policy(entry_for(object.name, object.sql)));
  }

  /// Also of those that the host has listed, which may have overlooked it.
  void judge_trigger_words(const CatalogueObject& object) {
    const auto* const table = catalogue_.table(object.table);
    const bool is_looked_at = table == nullptr || kind_of(*table, policy_) != TableKind::unchecked;
    if (object.is_view || !is_looked_at || !rolls_back(object.sql)) {
      return;
    }
    const auto mended = without_rollback(object.sql);
    add(SchemaRule::conflict_clause, Severity::refused, object.name,
        "the trigger " + in_quotes(object.name) + " on " + in_quotes(object.table) +
            " rolls back, which ends a transaction that others share: let it ABORT the statement",
        by_sql("-- " + entry_for(object.name, mended) + "\nDROP TRIGGER IF EXISTS " +
               sql_name(object.name) + ";\n" + mended + ";\n"));
  }

  /// Whether it is, to the letter, the trigger that `create_tenant_table` makes.
  [[nodiscard]] bool keeps_updated_at(const CatalogueObject& object) const {
    const auto* const table = object.is_view ? nullptr : catalogue_.table(object.table);
    if (table == nullptr || kind_of(*table, policy_) != TableKind::tenant) {
      return false;
    }
    if (catalogue_.dialect == Dialect::postgresql) {
      return is_postgres_updated_at_trigger(table->name, object.sql);
    }
    auto key = table->primary_key();
    if (key.size() < 2) {
      return false;
    }
    key.erase(key.begin());
    return object.sql == updated_at_trigger(table->name, key);
  }

  void judge_policy() {
    const auto judge_listed = [&](const std::string& name, std::string_view list, bool is_there) {
      if (!is_there) {
        add(SchemaRule::current_policy, Severity::warning, name,
            "the policy lists " + in_quotes(name) +
                ", which is not there, so that whatever gets that name is let through: take it "
                "off",
            by_policy("Take \"" + name + "\" off SchemaPolicy::" + std::string{list} + "."));
      }
    };
    for (const std::string& name : policy_.shared_tables) {
      judge_listed(name, "shared_tables", catalogue_.table(name) != nullptr);
    }
    for (const std::string& name : policy_.unsafe_tables) {
      const auto is_elsewhere = [&](const CatalogueObject& object) {
        return object.is_table && is_same_name(name, object.schema + "." + object.name);
      };
      judge_listed(name, "unsafe_tables",
                   catalogue_.table(name) != nullptr ||
                       std::ranges::any_of(catalogue_.views_and_triggers, is_elsewhere));
    }
    for (const ReviewedObject& reviewed : policy_.allowed_views_and_triggers) {
      const auto is_it = [&](const CatalogueObject& object) {
        return is_same_name(object.name, reviewed.name);
      };
      judge_listed(reviewed.name, "allowed_views_and_triggers",
                   std::ranges::any_of(catalogue_.views_and_triggers, is_it));
    }
  }

  const Catalogue& catalogue_;
  const SchemaPolicy& policy_;
  std::vector<SchemaFinding> findings_;
};

}  // namespace

std::vector<SchemaFinding> judge_views_and_triggers(const Catalogue& catalogue,
                                                    const SchemaPolicy& policy) {
  return ObjectJudge{catalogue, policy}.judge();
}

}  // namespace tenancy::inline v0::detail
