#include <algorithm>

#include "migrate/read_catalogue.hpp"

namespace tenancy::inline v0::detail {
namespace {

constexpr std::string_view tables_sql =
    "SELECT s.name, s.sql, l.type NOT IN ('table'), l.strict "
    "FROM sqlite_schema s JOIN pragma_table_list(s.name) l ON l.schema = 'main' "
    "WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY s.name";
constexpr std::string_view columns_sql =
    "SELECT s.name, c.name, c.type, c.\"notnull\", c.dflt_value IS NOT NULL, c.hidden, c.pk "
    "FROM sqlite_schema s JOIN pragma_table_xinfo(s.name) c "
    "WHERE s.type = 'table' AND s.sql NOT LIKE 'CREATE VIRTUAL%'";
constexpr std::string_view indexes_sql =
    "SELECT s.name, i.name, i.\"unique\", i.origin = 'pk', i.partial, x.name "
    "FROM sqlite_schema s JOIN pragma_index_list(s.name) i JOIN pragma_index_xinfo(i.name) x "
    "WHERE s.type = 'table' AND x.key = 1 ORDER BY s.name, i.seq, x.seqno";
constexpr std::string_view index_texts_sql =
    "SELECT tbl_name, name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL";
constexpr std::string_view references_sql =
    "SELECT s.name, f.id, f.\"table\", f.on_update, f.on_delete, f.\"from\", f.\"to\" "
    "FROM sqlite_schema s JOIN pragma_foreign_key_list(s.name) f "
    "WHERE s.type = 'table' ORDER BY s.name, f.id, f.seq";
constexpr std::string_view views_and_triggers_sql =
    "SELECT type = 'view', name, tbl_name, sql FROM sqlite_schema "
    "WHERE type IN ('view', 'trigger') ORDER BY name";

}  // namespace

Result<Catalogue> read_sqlite_catalogue(ControlSession& session) {
  Catalogue catalogue{.dialect = Dialect::sqlite};
  auto& tables = catalogue.tables;
  BOOST_OUTCOME_TRY(session.look_up(tables_sql, [&](const Statement& row) {
    tables.push_back({text_of(row, 0), text_of(row, 1), flag_of(row, 2), flag_of(row, 3)});
  }));
  std::ranges::sort(tables, {}, &CatalogueTable::name);
  const auto of_table = [&](const Statement& row) { return find_table(tables, text_of(row, 0)); };
  BOOST_OUTCOME_TRY(session.look_up(columns_sql, [&](const Statement& row) {
    if (auto* const table = of_table(row)) {
      table->columns.push_back({text_of(row, 1), text_of(row, 2), flag_of(row, 3), flag_of(row, 4),
                                flag_of(row, 5), static_cast<int>(row.int64(6).value_or(0))});
    }
  }));
  BOOST_OUTCOME_TRY(session.look_up(indexes_sql, [&](const Statement& row) {
    if (auto* const table = of_table(row)) {
      const auto name = text_of(row, 1);
      if (table->indexes.empty() || table->indexes.back().name != name) {
        table->indexes.push_back({name, flag_of(row, 2), flag_of(row, 3), flag_of(row, 4), {}, {}});
      }
      table->indexes.back().columns.push_back(text_of(row, 5));
    }
  }));
  BOOST_OUTCOME_TRY(session.look_up(index_texts_sql, [&](const Statement& row) {
    auto* const table = of_table(row);
    if (table == nullptr) {
      return;
    }
    const auto found = std::ranges::find(table->indexes, text_of(row, 1), &CatalogueIndex::name);
    if (found != table->indexes.end()) {
      found->sql = text_of(row, 2);
    }
  }));
  std::int64_t last_id = -1;
  const CatalogueTable* last_table = nullptr;
  BOOST_OUTCOME_TRY(session.look_up(references_sql, [&](const Statement& row) {
    auto* const table = of_table(row);
    const auto id = row.int64(1).value_or(0);
    if (table == nullptr) {
      return;
    }
    if (table != last_table || id != last_id) {
      table->references.push_back({text_of(row, 2), text_of(row, 3), text_of(row, 4), {}});
    }
    last_table = table;
    last_id = id;
    table->references.back().pairs.push_back({text_of(row, 5), text_of(row, 6)});
  }));
  BOOST_OUTCOME_TRY(session.look_up(views_and_triggers_sql, [&](const Statement& row) {
    catalogue.views_and_triggers.push_back(
        {flag_of(row, 0), text_of(row, 1), text_of(row, 2), text_of(row, 3)});
  }));
  return catalogue;
}

}  // namespace tenancy::inline v0::detail
