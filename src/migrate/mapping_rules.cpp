#include "migrate/mapping_rules.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

namespace tenancy::inline v0::detail {
namespace {

constexpr std::string_view tenant_column = "tenant_id";

using Names = std::vector<std::string>;

std::string in_quotes(std::string_view name) { return "'" + std::string{name} + "'"; }

/// Behind the tenant: `(tenant_id, a, b)`.
std::string behind_tenant(const Names& names) {
  std::string text = "(" + std::string{tenant_column};
  for (const std::string& name : names) {
    text += ", " + name;
  }
  return text + ")";
}

/// Whether these are the tenant and the names behind it, in this order.
bool is_behind_tenant(const Names& columns, const Names& names) {
  return !columns.empty() && is_same_name(columns.front(), tenant_column) &&
         std::equal(columns.begin() + 1, columns.end(), names.begin(), names.end(), &is_same_name);
}

/// What SQLite makes of values that are written to a column.
enum class Affinity : std::uint8_t { none, integer, real, numeric, text, blob };

/// Source: https://www.sqlite.org/datatype3.html, 3.1, and
/// https://www.sqlite.org/stricttables.html.
Affinity affinity_of(std::string_view type, bool is_strict) {
  if (is_strict && is_same_name(type, "ANY")) {
    return Affinity::none;
  }
  const auto has = [&](std::string_view part) {
    for (std::size_t begin = 0; begin + part.size() <= type.size(); ++begin) {
      if (is_same_name(type.substr(begin, part.size()), part)) {
        return true;
      }
    }
    return false;
  };
  if (has("INT")) {
    return Affinity::integer;
  }
  if (has("CHAR") || has("CLOB") || has("TEXT")) {
    return Affinity::text;
  }
  if (has("BLOB") || type.empty()) {
    // Other tables than STRICT ones keep everything there as it is.
    return is_strict ? Affinity::blob : Affinity::none;
  }
  if (has("REAL") || has("FLOA") || has("DOUB")) {
    return Affinity::real;
  }
  return Affinity::numeric;
}

/// Whether a value comes back from such a column in the class that it was written in, whatever it
/// is. A text that looks like a number does not come back from a numeric column, nor does 1.0.
bool keeps(Affinity affinity, StorageClass stored) noexcept {
  if (affinity == Affinity::none) {
    return true;
  }
  switch (stored) {
    case StorageClass::integer:
      return affinity == Affinity::integer || affinity == Affinity::numeric;
    case StorageClass::real:
      return affinity == Affinity::real;
    case StorageClass::text:
      return affinity == Affinity::text;
    case StorageClass::blob:
      // No blob is ever converted; names such as UUID and BINARY make a column numeric.
      return affinity == Affinity::blob || affinity == Affinity::numeric;
  }
  return false;
}

/// The type to declare.
std::string_view name_of(StorageClass stored) noexcept {
  static constexpr std::array<std::string_view, 4> names{"INTEGER", "REAL", "TEXT", "BLOB"};
  const auto index = static_cast<std::size_t>(stored);
  TENANCY_ASSERT(index < names.size(), "a value that its enumeration does not have");
  return names[index];
}

/// Whether the column is another name of the row's number, which is never NULL and comes by itself.
bool is_row_number(const CatalogueTable& table, const CatalogueColumn& column) {
  return column.key_position == 1 && table.primary_key().size() == 1 &&
         is_same_name(column.type, "INTEGER") &&
         std::ranges::none_of(table.indexes, &CatalogueIndex::is_primary_key);
}

/// Judges one mapping.
class MappingJudge {
 public:
  MappingJudge(const Catalogue& catalogue, const ExpectedTable& mapping) noexcept
      : catalogue_{catalogue}, mapping_{mapping} {}

  std::vector<SchemaFinding> judge() && {
    const auto* const table = catalogue_.table(mapping_.table);
    if (table == nullptr) {
      const bool is_view = std::ranges::any_of(catalogue_.views_and_triggers, [&](const auto& it) {
        return it.is_view && is_same_name(it.name, mapping_.table);
      });
      refuse(is_view ? "the mapped table " + quoted() + " is a view: map the table behind it"
                     : "the mapped table " + quoted() +
                           " does not exist: create it in a migration, or correct its name in "
                           "the mapping");
    } else if (table->column(tenant_column) == nullptr) {
      refuse("the mapped table " + quoted() +
             " is no tenants' table: give it a column 'tenant_id', or take the mapping away");
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

  void refuse(std::string message) {
    findings_.push_back(
        {SchemaRule::mapped_table, Severity::refused, mapping_.table, std::move(message)});
  }

  void judge_column(const CatalogueTable& table, const ExpectedColumn& expected) {
    const auto name = "the mapped column " + in_quotes(expected.name) + " of " + quoted();
    if (is_same_name(expected.name, tenant_column)) {
      refuse(name + " says whose the row is: take it out of the mapping");
      return;
    }
    const auto* const column = table.column(expected.name);
    if (column == nullptr) {
      refuse(name + " does not exist: add it in a migration, or correct the mapping");
      return;
    }
    if (column->is_computed) {
      refuse(name + " is generated and cannot be written: take it out of the mapping");
      return;
    }
    const bool may_be_null = !column->is_not_null && !is_row_number(table, *column);
    if (expected.nullable && !may_be_null) {
      refuse(name +
             " is NOT NULL and its member is optional: make the member one that always has a "
             "value, or let the column be NULL");
    }
    if (!expected.nullable && may_be_null) {
      refuse(name +
             " may be NULL and its member is not optional: declare it NOT NULL, or make the "
             "member a std::optional");
    }
    if (expected.stored && !keeps(affinity_of(column->type, table.is_strict), *expected.stored)) {
      const auto needed = std::string{name_of(*expected.stored)};
      refuse(name + " is declared " + in_quotes(column->type) + " and its member is stored as " +
             needed + ": declare it " + needed + ", or map a member of its type");
    }
  }

  void judge_unmapped(const CatalogueTable& table) {
    for (const CatalogueColumn& column : table.columns) {
      const auto is_it = [&](std::string_view name) { return is_same_name(name, column.name); };
      const bool is_given = is_it(tenant_column) || std::ranges::any_of(mapping_.key, is_it) ||
                            std::ranges::any_of(mapping_.columns, is_it, &ExpectedColumn::name);
      if (!is_given && column.is_not_null && !column.has_default && !column.is_computed) {
        refuse("the column " + in_quotes(column.name) + " of " + quoted() +
               " is NOT NULL without a default and is not mapped, so that no row can be inserted: "
               "map it, or give it a default");
      }
    }
  }

  void judge_key(const CatalogueTable& table) {
    const auto is_never_null = [&](const std::string& name) {
      const auto* const column = table.column(name);
      return column != nullptr && (column->is_not_null || is_row_number(table, *column));
    };
    const auto is_key = [&](const CatalogueIndex& index) {
      return index.is_unique && !index.is_partial && is_behind_tenant(index.columns, mapping_.key);
    };
    const bool is_unique = is_behind_tenant(table.primary_key(), mapping_.key) ||
                           std::ranges::any_of(table.indexes, is_key);
    const bool is_complete = is_never_null(std::string{tenant_column}) &&
                             std::ranges::all_of(mapping_.key, is_never_null);
    if (!is_unique || !is_complete) {
      refuse("the key " + behind_tenant(mapping_.key) + " of the mapping of " + quoted() +
             " is neither its primary key nor a UNIQUE index, in this order and of NOT NULL "
             "columns: declare it, or correct the key of the mapping");
    }
  }

  void judge_reference(const CatalogueTable& table, const ExpectedReference& expected) {
    if (std::ranges::none_of(table.references, [&](const CatalogueReference& reference) {
          return is_met_by(expected, reference);
        })) {
      refuse("the mapped table " + quoted() + " has no foreign key " +
             behind_tenant(expected.columns) + " to " + in_quotes(expected.table) + " " +
             behind_tenant(expected.to) + ": declare it, or take it out of the mapping");
    }
  }

  [[nodiscard]] bool is_met_by(const ExpectedReference& expected,
                               const CatalogueReference& reference) const {
    if (!is_same_name(reference.table, expected.table)) {
      return false;
    }
    const auto* const parent = catalogue_.table(reference.table);
    const auto parent_key = parent == nullptr ? Names{} : parent->primary_key();
    const auto& pairs = reference.pairs;
    const auto leads_to = [&](std::size_t position) -> std::string_view {
      return pairs[position].to.empty() && position < parent_key.size() ? parent_key[position]
                                                                        : pairs[position].to;
    };
    const auto has_pair = [&](std::string_view from, std::string_view to) {
      for (std::size_t position = 1; position < pairs.size(); ++position) {
        if (is_same_name(pairs[position].from, from) && is_same_name(leads_to(position), to)) {
          return true;
        }
      }
      return false;
    };
    if (expected.columns.size() != expected.to.size() ||
        pairs.size() != expected.columns.size() + 1 ||
        !is_same_name(pairs.front().from, tenant_column) ||
        !is_same_name(leads_to(0), tenant_column)) {
      return false;
    }
    // Those behind the tenant may stand in any order.
    return std::ranges::equal(expected.columns, expected.to, has_pair);
  }

  const Catalogue& catalogue_;
  const ExpectedTable& mapping_;
  std::vector<SchemaFinding> findings_;
};

}  // namespace

std::vector<SchemaFinding> judge_mappings(const Catalogue& catalogue,
                                          std::span<const ExpectedTable> mappings) {
  std::vector<SchemaFinding> findings;
  for (const ExpectedTable& mapping : mappings) {
    std::ranges::move(MappingJudge{catalogue, mapping}.judge(), std::back_inserter(findings));
  }
  return findings;
}

}  // namespace tenancy::inline v0::detail
