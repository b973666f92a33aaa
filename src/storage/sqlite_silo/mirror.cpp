#include "storage/sqlite_silo/mirror.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace tenancy::inline v0::detail::silo {
namespace {

constexpr StaticSql standing_sql{
    "SELECT slug, status, epoch FROM tenancy_tenants WHERE tenant_id = ?1"};
constexpr StaticSql keys_sql{
    "SELECT key_id, expires_at FROM tenancy_api_keys WHERE tenant_id = ?1 AND revoked_at IS NULL "
    "ORDER BY key_id"};
constexpr StaticSql stand_sql{
    "INSERT INTO tenancy_tenants (tenant_id, slug, name, status, epoch, created_at, updated_at) "
    "VALUES (?1, ?2, '', ?3, ?4, 0, 0) ON CONFLICT (tenant_id) DO UPDATE SET "
    "slug = excluded.slug, status = excluded.status, epoch = excluded.epoch"};
constexpr StaticSql archive_sql{
    "UPDATE tenancy_tenants SET status = 'archived' WHERE tenant_id = ?1"};
constexpr StaticSql forget_key_sql{
    "DELETE FROM tenancy_api_keys WHERE tenant_id = ?1 AND key_id = ?2"};
constexpr StaticSql learn_key_sql{
    "INSERT OR REPLACE INTO tenancy_api_keys (key_id, tenant_id, name, scope, key_version, hash, "
    "created_at, expires_at) VALUES (?2, ?1, '', 'read', 0, x'', 0, ?3)"};
constexpr StaticSql foreigners_sql{
    "SELECT 1 FROM tenancy_tenants WHERE tenant_id <> ?1 UNION ALL "
    "SELECT 1 FROM tenancy_api_keys WHERE tenant_id <> ?1 LIMIT 1"};
constexpr StaticSql tenants_sql{
    "SELECT tenant_id FROM tenancy_tenants WHERE erased_at IS NULL ORDER BY tenant_id"};
constexpr StaticSql erased_sql{
    "SELECT 1 FROM tenancy_tenants WHERE tenant_id = ?1 AND erased_at IS NOT NULL"};
// Of a control file that has not been migrated since there was none that is erased.
constexpr std::string_view any_erased_sql =
    "SELECT 1 FROM pragma_table_info('tenancy_tenants') WHERE name = 'erased_at'";
constexpr StaticSql all_tenants_sql{"SELECT tenant_id FROM tenancy_tenants ORDER BY tenant_id"};

constexpr StaticSql notes_sql{"SELECT 1 FROM sqlite_temp_schema WHERE name = 'silo_changes'"};
/// On the connection alone, so that the control file's schema is that of any store. What the gate
/// does not ask, such as when a key was last used, is nobody's change.
constexpr std::array<std::string_view, 6> note_scripts{
    "CREATE TEMP TABLE silo_changes (tenant_id INTEGER PRIMARY KEY, is_new INTEGER NOT NULL)",
    "CREATE TEMP TRIGGER silo_new_tenant AFTER INSERT ON main.tenancy_tenants BEGIN "
    "INSERT OR REPLACE INTO silo_changes VALUES (new.tenant_id, 1); END",
    "CREATE TEMP TRIGGER silo_tenant AFTER UPDATE ON main.tenancy_tenants "
    "WHEN old.status IS NOT new.status OR old.epoch IS NOT new.epoch "
    "OR old.slug IS NOT new.slug BEGIN "
    "INSERT OR IGNORE INTO silo_changes VALUES (new.tenant_id, 0); END",
    "CREATE TEMP TRIGGER silo_new_key AFTER INSERT ON main.tenancy_api_keys BEGIN "
    "INSERT OR IGNORE INTO silo_changes VALUES (new.tenant_id, 0); END",
    "CREATE TEMP TRIGGER silo_key AFTER UPDATE ON main.tenancy_api_keys "
    "WHEN old.revoked_at IS NOT new.revoked_at OR old.expires_at IS NOT new.expires_at BEGIN "
    "INSERT OR IGNORE INTO silo_changes VALUES (new.tenant_id, 0); END",
    "CREATE TEMP TRIGGER silo_lost_key AFTER DELETE ON main.tenancy_api_keys BEGIN "
    "INSERT OR IGNORE INTO silo_changes VALUES (old.tenant_id, 0); END",
};
constexpr StaticSql noted_sql{"SELECT tenant_id, is_new FROM temp.silo_changes ORDER BY tenant_id"};
constexpr StaticSql forget_noted_sql{"DELETE FROM temp.silo_changes"};

constexpr std::string_view schema_sql =
    "SELECT type || char(0) || name || char(0) || tbl_name || char(0) || coalesce(sql, '') "
    "FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, name";
constexpr std::string_view steps_sql =
    "SELECT component || ' ' || version || ' ' || hex(checksum) FROM tenancy_migrations "
    "ORDER BY component, version";
constexpr std::string_view any_steps_sql =
    "SELECT 1 FROM sqlite_schema WHERE name = 'tenancy_migrations'";

Error unreadable_mirror() {
  return Error{errc::invalid_row, "a row of tenancy_tenants or tenancy_api_keys is none"};
}

Result<void> forget(ControlSession& file, TenantId tenant, const Mirror::Key& key) {
  BOOST_OUTCOME_TRY(auto statement, file.prepare(forget_key_sql));
  statement->bind_int64(1, tenant.value());
  statement->bind_text(2, key.id);
  BOOST_OUTCOME_TRY(statement->step());
  return success();
}

Result<void> learn(ControlSession& file, TenantId tenant, const Mirror::Key& key) {
  BOOST_OUTCOME_TRY(auto statement, file.prepare(learn_key_sql));
  statement->bind_int64(1, tenant.value());
  statement->bind_text(2, key.id);
  if (key.expires_at) {
    statement->bind_int64(3, *key.expires_at);
  } else {
    statement->bind_null(3);
  }
  BOOST_OUTCOME_TRY(statement->step());
  return success();
}

Result<void> stand(ControlSession& file, TenantId tenant, const Mirror& mirror) {
  BOOST_OUTCOME_TRY(auto statement, file.prepare(mirror.tenant ? stand_sql : archive_sql));
  statement->bind_int64(1, tenant.value());
  if (mirror.tenant) {
    statement->bind_text(2, mirror.tenant->slug);
    statement->bind_text(3, mirror.tenant->status);
    statement->bind_int64(4, mirror.tenant->epoch);
  }
  BOOST_OUTCOME_TRY(statement->step());
  return success();
}

}  // namespace

Result<Mirror> read_mirror(ControlSession& session, TenantId tenant) {
  Mirror mirror;
  {
    BOOST_OUTCOME_TRY(auto statement, session.prepare(standing_sql));
    statement->bind_int64(1, tenant.value());
    BOOST_OUTCOME_TRY(const bool found, statement->step());
    if (found) {
      const auto slug = statement->text(0);
      const auto status = statement->text(1);
      const auto epoch = statement->int64(2);
      if (!slug || !status || !epoch) {
        return unreadable_mirror();
      }
      mirror.tenant = Mirror::Standing{std::string{*slug}, std::string{*status}, *epoch};
    }
  }
  BOOST_OUTCOME_TRY(auto statement, session.prepare(keys_sql));
  statement->bind_int64(1, tenant.value());
  while (true) {
    BOOST_OUTCOME_TRY(const bool found, statement->step());
    if (!found) {
      return mirror;
    }
    const auto id = statement->text(0);
    if (!id) {
      return unreadable_mirror();
    }
    mirror.keys.push_back({std::string{*id}, statement->int64(1)});
  }
}

Result<void> write_mirror(ControlSession& file, TenantId tenant, const Mirror& mirror) {
  BOOST_OUTCOME_TRY(require_file_of(file, tenant));
  BOOST_OUTCOME_TRY(const Mirror present, read_mirror(file, tenant));
  BOOST_OUTCOME_TRY(stand(file, tenant, mirror));
  const auto lacks = [](const std::vector<Mirror::Key>& keys, const Mirror::Key& key) {
    const auto found = std::ranges::lower_bound(keys, key.id, {}, &Mirror::Key::id);
    return found == keys.end() || *found != key;
  };
  for (const Mirror::Key& key : present.keys) {
    if (lacks(mirror.keys, key)) {
      BOOST_OUTCOME_TRY(forget(file, tenant, key));
    }
  }
  for (const Mirror::Key& key : mirror.keys) {
    if (lacks(present.keys, key)) {
      BOOST_OUTCOME_TRY(learn(file, tenant, key));
    }
  }
  return success();
}

Result<bool> is_erased(ControlSession& control, TenantId tenant) {
  BOOST_OUTCOME_TRY(auto statement, control.prepare(erased_sql));
  statement->bind_int64(1, tenant.value());
  return statement->step();
}

Result<void> require_file_of(ControlSession& file, TenantId tenant) {
  BOOST_OUTCOME_TRY(auto statement, file.prepare(foreigners_sql));
  statement->bind_int64(1, tenant.value());
  BOOST_OUTCOME_TRY(const bool found, statement->step());
  if (found) {
    return Error{errc::corrupt_store, "the file of tenant " + tenant.to_string() +
                                          " is another one's: put each file back under its name"};
  }
  return success();
}

Result<void> begin_noting(ControlSession& control) {
  {
    BOOST_OUTCOME_TRY(auto statement, control.prepare(notes_sql));
    BOOST_OUTCOME_TRY(const bool found, statement->step());
    if (found) {
      return success();
    }
  }
  for (const std::string_view sql : note_scripts) {
    BOOST_OUTCOME_TRY(control.look_up(sql, [](const Statement& /*row*/) {}));
  }
  return success();
}

Result<std::vector<ChangedTenant>> take_noted(ControlSession& control) {
  std::vector<ChangedTenant> noted;
  {
    BOOST_OUTCOME_TRY(auto statement, control.prepare(noted_sql));
    while (true) {
      BOOST_OUTCOME_TRY(const bool found, statement->step());
      if (!found) {
        break;
      }
      BOOST_OUTCOME_TRY(const auto tenant, TenantId::from_value(statement->int64(0).value_or(0)));
      noted.push_back({tenant, statement->int64(1) == 1});
    }
  }
  if (!noted.empty()) {
    BOOST_OUTCOME_TRY(auto statement, control.prepare(forget_noted_sql));
    BOOST_OUTCOME_TRY(statement->step());
  }
  return noted;
}

Result<std::string> read_fingerprint(ControlSession& session) {
  std::string fingerprint;
  const auto add = [&](const Statement& row) {
    fingerprint += row.text(0).value_or("?");
    fingerprint += '\n';
  };
  bool has_steps = false;
  BOOST_OUTCOME_TRY(session.look_up(schema_sql, add));
  BOOST_OUTCOME_TRY(
      session.look_up(any_steps_sql, [&](const Statement& /*row*/) { has_steps = true; }));
  if (has_steps) {
    BOOST_OUTCOME_TRY(session.look_up(steps_sql, add));
  }
  return fingerprint;
}

Result<std::vector<TenantId>> read_tenants(ControlSession& control) {
  std::vector<TenantId> tenants;
  bool may_be_erased = false;
  BOOST_OUTCOME_TRY(
      control.look_up(any_erased_sql, [&](const Statement& /*row*/) { may_be_erased = true; }));
  BOOST_OUTCOME_TRY(auto statement, control.prepare(may_be_erased ? tenants_sql : all_tenants_sql));
  while (true) {
    BOOST_OUTCOME_TRY(const bool found, statement->step());
    if (!found) {
      return tenants;
    }
    BOOST_OUTCOME_TRY(const auto tenant, TenantId::from_value(statement->int64(0).value_or(0)));
    tenants.push_back(tenant);
  }
}

}  // namespace tenancy::inline v0::detail::silo
