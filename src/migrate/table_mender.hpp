#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tenancy/migrate/expected_table.hpp"
#include "tenancy/migrate/schema_policy.hpp"

#include "migrate/catalogue.hpp"
#include "migrate/table_definition.hpp"

namespace tenancy::inline v0::detail {

/// What else is put right beside what is refused.
enum class Mending : std::uint8_t {
  refused,
  warned_of,  ///< Values of the wrong type, too, which rows that have some do not let through.
};

/// Writes the statements that give a table the shape that the rules and the mappings ask for, and
/// keep its rows. They put right everything about the table at once, so that the findings of one
/// table share them.
///
/// Where rows are not as the new shape wants them the statements fail and change nothing.
class TableMender {
 public:
  TableMender(const Catalogue& catalogue, const SchemaPolicy& policy,
              std::span<const ExpectedTable> mappings) noexcept
      : catalogue_{catalogue}, policy_{policy}, mappings_{mappings} {}

  /// The table as it should be. Nothing for a declaration that cannot be read.
  [[nodiscard]] std::optional<TableDefinition> mended(const CatalogueTable& table,
                                                      Mending extent) const;
  /// Whether it can only be put right by building it anew.
  [[nodiscard]] bool needs_rebuild(const CatalogueTable& table) const;
  /// Builds it anew: with its rows, indexes and triggers, and the views that show it. Empty for a
  /// declaration that cannot be read.
  [[nodiscard]] std::string rebuild(const CatalogueTable& table,
                                    Mending extent = Mending::refused) const;
  /// Makes a mapped table that is not there.
  [[nodiscard]] std::string create(const ExpectedTable& mapping) const;

 private:
  const Catalogue& catalogue_;
  const SchemaPolicy& policy_;
  std::span<const ExpectedTable> mappings_;
};

/// An index's text anew, led by the tenant.
std::string mend_index(const CatalogueIndex& index);

/// A trigger's text anew, without what ends a transaction.
std::string mend_trigger(const CatalogueObject& trigger);

}  // namespace tenancy::inline v0::detail
