#include "testing/conformance/rows.hpp"

#include "tenancy/migrate/tenant_table.hpp"

#include "testing/conformance/look.hpp"

namespace tenancy::inline v0::conformance {

std::vector<Migration> kit_schema(Dialect dialect) {
  const TenantTable cards{
      .name = "conformance_cards",
      .columns = {{"id", ColumnType::text},
                  {"title", ColumnType::text},
                  {"stars", ColumnType::integer, false, {}, "stars >= 0"},
                  {"parent", ColumnType::text, true}},
      .key = {"id"},
      .unique = {{"title"}},
      .references = {{.columns = {"parent"}, .table = "conformance_cards", .to = {"id"}}}};
  const TenantTable samples{.name = "conformance_samples",
                            .columns = {{"number", ColumnType::integer},
                                        {"text", ColumnType::text},
                                        {"maybe", ColumnType::text, true},
                                        {"weight", ColumnType::real},
                                        {"bytes", ColumnType::blob}},
                            .key = {"number"}};
  return {{1, "cards of the conformance kit",
           got("the kit's schema", create_tenant_table(cards, dialect))},
          {2, "samples of the conformance kit",
           got("the kit's schema", create_tenant_table(samples, dialect))}};
}

}  // namespace tenancy::inline v0::conformance
