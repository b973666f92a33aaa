#include "silo/kind.hpp"

#include "tenancy/migrate/tenant_table.hpp"

#include "must.hpp"

namespace tenancy_bench {

std::string note_id(int number) { return "note-" + std::to_string(number); }

tenancy::Authority open_kind(Kind kind, const std::filesystem::path& folder,
                             std::size_t open_files) {
  const tenancy::TenantTable table{.name = "notes",
                                   .columns = {{"id", tenancy::ColumnType::text},
                                               {"title", tenancy::ColumnType::text},
                                               {"stars", tenancy::ColumnType::integer}},
                                   .key = {"id"}};
  tenancy::OpenOptions options{
      .migrations = {{.version = 1,
                      .name = "notes",
                      .sql = must(create_tenant_table(table, tenancy::Dialect::sqlite))}}};
  options.store.silo.max_open_files = open_files;
  const bool is_silo = kind == Kind::silo;
  return must(tenancy::open(is_silo ? "sqlite-silo:" + (folder / "silo").string()
                                    : "sqlite:" + (folder / "pool.db").string(),
                            options));
}

}  // namespace tenancy_bench
