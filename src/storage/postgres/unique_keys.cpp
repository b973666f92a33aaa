#include "storage/postgres/unique_keys.hpp"

namespace tenancy::inline v0::detail::postgres {
namespace {

constexpr std::string_view keys_sql =
    "SELECT x.relname, c.relname, a.attname FROM pg_catalog.pg_index i "
    "JOIN pg_catalog.pg_class c ON c.oid = i.indrelid "
    "JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid "
    "CROSS JOIN LATERAL pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, place) "
    "JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum "
    "WHERE i.indisunique AND c.relnamespace = "
    "pg_catalog.to_regnamespace(pg_catalog.current_schema()) "
    "AND k.place <= i.indnkeyatts ORDER BY i.indexrelid, k.place";

}  // namespace

Result<void> UniqueKeys::read(ControlSession& session) {
  return session.look_up(keys_sql, [&](const Statement& row) {
    const std::string column{row.text(2).value_or("")};
    if (column == "tenant_id") {
      return;
    }
    Key& key = keys_[std::string{row.text(0).value_or("")}];
    const std::string separator = key.columns.empty() ? "" : ", ";
    key.columns += separator + column;
    key.shown += separator + std::string{row.text(1).value_or("")} + "." + column;
  });
}

const UniqueKeys::Key* UniqueKeys::find(std::string_view name) const {
  const auto found = keys_.find(std::string{name});
  return found == keys_.end() ? nullptr : &found->second;
}

}  // namespace tenancy::inline v0::detail::postgres
