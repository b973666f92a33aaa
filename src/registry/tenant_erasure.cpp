#include "registry/tenant_erasure.hpp"

#include <optional>
#include <string>
#include <vector>

#include "migrate/catalogue.hpp"
#include "migrate/table_kind.hpp"
#include "registry/tenant_rows.hpp"
#include "storage/sql_tokens.hpp"

namespace tenancy::inline v0::detail {
namespace {

constexpr std::size_t largest_erasure_batch = 100'000;

constexpr StaticSql erase_identifiers_sql{"DELETE FROM tenancy_identifiers WHERE tenant_id = ?1"};
constexpr StaticSql erase_keys_sql{"DELETE FROM tenancy_api_keys WHERE tenant_id = ?1"};
constexpr StaticSql erase_tenant_sql{
    "UPDATE tenancy_tenants SET name = 'erased', plan = '', template_version = '', "
    "workflow_ids = '{}', metadata = '{}', epoch = epoch + 1, version = version + 1, "
    "updated_at = ?2, erased_at = ?2 WHERE tenant_id = ?1"};

/// Backends look at tenants whose epoch has changed.
constexpr StaticSql touch_tenant_sql{
    "UPDATE tenancy_tenants SET epoch = epoch + 1 WHERE tenant_id = ?1"};

/// A table with rows of tenants.
struct TenantRows {
  std::string table;
  std::vector<std::string> key;
};

class Erasure {
 public:
  Erasure(StoreBackend& backend, TenantId tenant, const ErasureOptions& options) noexcept
      : backend_{backend}, tenant_{tenant}, options_{options} {}

  Result<ErasureReport> run() {
    if (options_.batch < 1 || options_.batch > largest_erasure_batch) {
      return Error{errc::invalid_argument, "a batch of an erasure has 1 to 100,000 rows"};
    }
    BOOST_OUTCOME_TRY(const bool is_to_be_erased, look());
    if (!is_to_be_erased) {
      // A backend may have kept a file that it could not remove.
      BOOST_OUTCOME_TRY(touch());
      return report_;
    }
    // A trigger of the host's may add rows where others are deleted.
    constexpr int most_rounds = 8;
    for (int round = 0; round < most_rounds; ++round) {
      BOOST_OUTCOME_TRY(empty_tables());
      BOOST_OUTCOME_TRY(const bool is_erased, finish());
      if (is_erased) {
        return report_;
      }
    }
    return Error{errc::constraint_violation,
                 "a trigger adds rows of tenant " + tenant_.to_string() +
                     " whenever others are deleted: have it leave those of archived tenants out"};
  }

 private:
  /// Finds what is to be emptied. False when nothing is left to be done.
  Result<bool> look() {
    return detail::control_read(
        backend_, options_.call, [&](ControlSession& session) -> Result<bool> {
          BOOST_OUTCOME_TRY(const auto tenant, find_tenant(session, tenant_));
          if (tenant.status != TenantStatus::archived) {
            return Error{errc::invalid_transition, "a tenant that is " +
                                                       std::string{to_string(tenant.status)} +
                                                       " is not erased: archive it first"};
          }
          if (tenant.erased_at) {
            return false;
          }
          BOOST_OUTCOME_TRY(const auto catalogue, Catalogue::read(session));
          for (const CatalogueTable& table : catalogue.tables) {
            const bool is_hosts = !has_control_name(table.name) && !table.is_virtual;
            const bool is_quotas =
                table.name == "tenancy_quotas" || table.name == "tenancy_quota_resets";
            if ((is_hosts || is_quotas) && table.column(tenant_column) != nullptr) {
              tables_.push_back({table.name, table.primary_key()});
            }
          }
          return true;
        });
  }

  /// What refers to others goes before them: a table that cannot be emptied yet is tried again once
  /// another one was.
  Result<void> empty_tables() {
    std::vector<const TenantRows*> left;
    for (const TenantRows& rows : tables_) {
      left.push_back(&rows);
    }
    while (!left.empty()) {
      std::vector<const TenantRows*> kept;
      std::optional<Error> why;
      for (const TenantRows* const rows : left) {
        auto emptied = empty(*rows);
        if (emptied) {
          continue;
        }
        if (emptied.error() != errc::reference_violation) {
          return emptied;
        }
        kept.push_back(rows);
        why = std::move(emptied).error();
      }
      if (kept.size() == left.size()) {
        return empty_at_once(kept);
      }
      left = std::move(kept);
    }
    return success();
  }

  Result<void> empty(const TenantRows& rows) {
    if (!rows.key.empty()) {
      while (true) {
        auto deleted = delete_rows(rows, options_.batch);
        if (!deleted) {
          if (deleted.error() == errc::reference_violation) {
            // Its rows may refer to each other.
            break;
          }
          return std::move(deleted).error();
        }
        if (deleted.value() == 0) {
          return success();
        }
      }
    }
    BOOST_OUTCOME_TRY(delete_rows(rows, std::nullopt));
    return success();
  }

  /// Tables that refer to each other, where the references may wait for the end.
  Result<void> empty_at_once(const std::vector<const TenantRows*>& all) {
    std::uint64_t deleted = 0;
    BOOST_OUTCOME_TRY(write([&](ControlSession& session) -> Result<void> {
      deleted = 0;
      BOOST_OUTCOME_TRY(session.look_up(backend_.dialect() == Dialect::sqlite
                                            ? "PRAGMA defer_foreign_keys = ON"
                                            : "SET CONSTRAINTS ALL DEFERRED",
                                        [](const Statement& /*row*/) {}));
      for (const TenantRows* const rows : all) {
        BOOST_OUTCOME_TRY(session.look_up(deletion_of(*rows, std::nullopt),
                                          [&](const Statement& /*row*/) { ++deleted; }));
      }
      return success();
    }));
    report_.rows += deleted;
    tell(all.back()->table);
    return success();
  }

  /// How many were deleted.
  Result<std::uint64_t> delete_rows(const TenantRows& rows, std::optional<std::size_t> most) {
    std::uint64_t deleted = 0;
    BOOST_OUTCOME_TRY(write([&](ControlSession& session) -> Result<void> {
      deleted = 0;
      return session.look_up(deletion_of(rows, most), [&](const Statement& /*row*/) { ++deleted; });
    }));
    report_.rows += deleted;
    if (deleted != 0) {
      tell(rows.table);
    }
    return deleted;
  }

  [[nodiscard]] std::string deletion_of(const TenantRows& rows,
                                        std::optional<std::size_t> most) const {
    const std::string of_tenant = " WHERE tenant_id = " + std::to_string(tenant_.value());
    std::string sql = "DELETE FROM " + sql_name(rows.table) + of_tenant;
    if (most) {
      std::string key;
      for (const std::string& column : rows.key) {
        key += (key.empty() ? "" : ", ") + sql_name(column);
      }
      sql += " AND (" + key + ") IN (SELECT " + key + " FROM " + sql_name(rows.table) + of_tenant +
             " LIMIT " + std::to_string(*most) + ")";
    }
    return sql + " RETURNING 1";
  }

  /// False when there are rows again.
  Result<bool> finish() {
    bool is_empty = true;
    BOOST_OUTCOME_TRY(write([&](ControlSession& session) -> Result<void> {
      is_empty = true;
      for (const TenantRows& rows : tables_) {
        BOOST_OUTCOME_TRY(session.look_up(
            "SELECT 1 FROM " + sql_name(rows.table) +
                " WHERE tenant_id = " + std::to_string(tenant_.value()) + " LIMIT 1",
            [&](const Statement& /*row*/) { is_empty = false; }));
      }
      if (!is_empty) {
        return success();
      }
      for (const StaticSql* const sql : {&erase_identifiers_sql, &erase_keys_sql}) {
        BOOST_OUTCOME_TRY(auto statement, session.prepare(*sql));
        statement->bind_int64(1, tenant_.value());
        BOOST_OUTCOME_TRY(statement->step());
      }
      BOOST_OUTCOME_TRY(auto statement, session.prepare(erase_tenant_sql));
      statement->bind_int64(1, tenant_.value());
      statement->bind_int64(2, session.now().microseconds());
      BOOST_OUTCOME_TRY(statement->step());
      return success();
    }));
    return is_empty;
  }

  /// What follows from the tenant's being erased is done again.
  Result<void> touch() {
    return write([&](ControlSession& session) -> Result<void> {
      BOOST_OUTCOME_TRY(auto statement, session.prepare(touch_tenant_sql));
      statement->bind_int64(1, tenant_.value());
      BOOST_OUTCOME_TRY(statement->step());
      return success();
    });
  }

  template <class Unit>
  Result<void> write(Unit&& unit) {
    return detail::control_write(
        backend_, options_.call, [&](ControlSession& session) -> Result<void> {
          if (session.dialect() == Dialect::postgresql) {
            // Its policies hold for whoever deletes.
            BOOST_OUTCOME_TRY(session.look_up("SELECT set_config('tenancy.tenant', '" +
                                                  std::to_string(tenant_.value()) + "', true)",
                                              [](const Statement& /*row*/) {}));
          }
          return unit(session);
        });
  }

  void tell(std::string_view table) const {
    if (options_.progress) {
      options_.progress({table, report_.rows});
    }
  }

  StoreBackend& backend_;
  const TenantId tenant_;
  const ErasureOptions& options_;
  std::vector<TenantRows> tables_;
  ErasureReport report_;
};

}  // namespace

Result<ErasureReport> erase_tenant(StoreBackend& backend, TenantId tenant,
                                   const ErasureOptions& options) {
  return Erasure{backend, tenant, options}.run();
}

}  // namespace tenancy::inline v0::detail
