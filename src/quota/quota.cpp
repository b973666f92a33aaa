#include "tenancy/quota/quota.hpp"

#include <string>
#include <utility>

#include "core/text.hpp"

namespace tenancy::inline v0 {
namespace {

using detail::FunctionRef;
using detail::Session;
using detail::SessionAccess;
using detail::Statement;
using detail::StaticSql;

// Each begins with the tenant, as it is stored.
#define TENANCY_QUOTA_COLUMNS "tenant_id, used, own_limit, updated_at, last_reset_at"

constexpr StaticSql find_sql{"SELECT " TENANCY_QUOTA_COLUMNS
                             " FROM tenancy_quotas WHERE tenant_id = ?1 AND metric = ?2"};
constexpr StaticSql list_sql{"SELECT " TENANCY_QUOTA_COLUMNS
                             ", metric FROM tenancy_quotas WHERE tenant_id = ?1 ORDER BY metric"};
constexpr StaticSql count_sql{"SELECT count(*) FROM tenancy_quotas WHERE tenant_id = ?1"};
constexpr StaticSql insert_sql{
    "INSERT INTO tenancy_quotas (tenant_id, metric, updated_at) VALUES (?1, ?2, ?3)"};
constexpr StaticSql begin_sql{
    "UPDATE tenancy_quotas SET used = ?3, updated_at = ?4 "
    "WHERE tenant_id = ?1 AND metric = ?2 AND used IS NULL"};
/// Compares without a sum that could overflow: limits are not negative, and amounts are positive.
constexpr StaticSql debit_sql{
    "UPDATE tenancy_quotas SET used = used + ?3, updated_at = ?5 "
    "WHERE tenant_id = ?1 AND metric = ?2 AND used <= coalesce(own_limit, ?4) - ?3 "
    "RETURNING " TENANCY_QUOTA_COLUMNS};
constexpr StaticSql credit_sql{
    "UPDATE tenancy_quotas SET used = CASE WHEN used > ?3 THEN used - ?3 ELSE 0 END, "
    "updated_at = ?4 "
    "WHERE tenant_id = ?1 AND metric = ?2 AND used IS NOT NULL RETURNING " TENANCY_QUOTA_COLUMNS};
constexpr StaticSql set_limit_sql{
    "UPDATE tenancy_quotas SET own_limit = ?3, updated_at = ?4 "
    "WHERE tenant_id = ?1 AND metric = ?2 RETURNING " TENANCY_QUOTA_COLUMNS};
constexpr StaticSql record_reset_sql{
    "INSERT INTO tenancy_quota_resets "
    "(tenant_id, metric, number, used_before, principal, reason, created_at) "
    "SELECT tenant_id, metric, resets + 1, used, ?3, ?4, ?5 FROM tenancy_quotas "
    "WHERE tenant_id = ?1 AND metric = ?2 AND used IS NOT NULL"};
constexpr StaticSql reset_sql{
    "UPDATE tenancy_quotas SET used = 0, resets = resets + 1, last_reset_at = ?3, updated_at = ?3 "
    "WHERE tenant_id = ?1 AND metric = ?2 RETURNING " TENANCY_QUOTA_COLUMNS};
constexpr StaticSql drop_resets_sql{
    "DELETE FROM tenancy_quota_resets WHERE tenant_id = ?1 AND metric = ?2 AND number <= "
    "(SELECT resets FROM tenancy_quotas WHERE tenant_id = ?1 AND metric = ?2) - ?3"};
constexpr StaticSql list_resets_sql{
    "SELECT tenant_id, number, used_before, principal, reason, created_at "
    "FROM tenancy_quota_resets WHERE tenant_id = ?1 AND metric = ?2 ORDER BY number DESC"};

struct CountRow {
  std::optional<std::int64_t> used;
  std::optional<QuotaLimit> own_limit;
  Timestamp updated_at;
  std::optional<Timestamp> last_reset_at;
};

Error unreadable_quota() {
  return Error{errc::invalid_row, "a row of the tables of quotas cannot be read"};
}

/// Whether there is a further row, which is the tenant's. Errors: `isolation_violation`.
Result<bool> next_own(Session& session, Statement& statement) {
  BOOST_OUTCOME_TRY(const bool found, statement.step());
  if (found && statement.int64(0) != session.tenant_value()) {
    return session.report_foreign_row(statement);
  }
  return found;
}

/// A column that holds a number of an amount, or nothing.
Result<std::optional<std::int64_t>> read_amount(const Statement& statement, int column) {
  const auto amount = statement.int64(column);
  if (amount ? *amount < 0 : !statement.is_null(column)) {
    return unreadable_quota();
  }
  return amount;
}

Result<CountRow> read_count(const Statement& statement) {
  CountRow row{};
  BOOST_OUTCOME_TRY(row.used, read_amount(statement, 1));
  BOOST_OUTCOME_TRY(const auto own_limit, read_amount(statement, 2));
  if (own_limit) {
    BOOST_OUTCOME_TRY(row.own_limit, QuotaLimit::at_most(*own_limit));
  }
  const auto updated_at = statement.int64(3);
  if (!updated_at) {
    return unreadable_quota();
  }
  row.updated_at = Timestamp::from_microseconds(*updated_at);
  if (const auto reset_at = statement.int64(4)) {
    row.last_reset_at = Timestamp::from_microseconds(*reset_at);
  }
  return row;
}

/// One tenant's count of one metric, while its tables can be reached.
class Counter {
 public:
  Counter(Session& session, const Quota& quota) noexcept : session_{session}, quota_{quota} {}

  Result<QuotaUsage> find() {
    BOOST_OUTCOME_TRY(const auto row, only_row(find_sql, [](Statement&) {}));
    return usage_of(row);
  }

  /// Where there is no row yet, one that counts nothing.
  Result<void> ensure_row() {
    BOOST_OUTCOME_TRY(const auto row, only_row(find_sql, [](Statement&) {}));
    if (row) {
      return success();
    }
    BOOST_OUTCOME_TRY(auto counter, session_.prepare(count_sql));
    BOOST_OUTCOME_TRY(counter->step());
    if (counter->int64(0).value_or(0) >= static_cast<std::int64_t>(Quota::max_metrics)) {
      return Error{errc::invalid_argument, "a tenant has quotas of up to 1000 metrics"};
    }
    return run(insert_sql, [&](Statement& statement) {
      statement.bind_int64(3, session_.now().microseconds());
    });
  }

  Result<QuotaUsage> begin(std::int64_t used) {
    BOOST_OUTCOME_TRY(ensure_row());
    BOOST_OUTCOME_TRY(run(begin_sql, [&](Statement& statement) {
      statement.bind_int64(3, used);
      statement.bind_int64(4, session_.now().microseconds());
    }));
    return find();
  }

  /// Nothing when the limit leaves less, or when counting has not begun.
  Result<std::optional<QuotaUsage>> debit(std::int64_t amount) {
    BOOST_OUTCOME_TRY(const auto row, only_row(debit_sql, [&](Statement& statement) {
                        statement.bind_int64(3, amount);
                        statement.bind_int64(4, quota_.limit().amount());
                        statement.bind_int64(5, session_.now().microseconds());
                      }));
    return row ? std::optional{usage_of(row)} : std::nullopt;
  }

  Result<QuotaUsage> credit(std::int64_t amount) {
    BOOST_OUTCOME_TRY(const auto row, only_row(credit_sql, [&](Statement& statement) {
                        statement.bind_int64(3, amount);
                        statement.bind_int64(4, session_.now().microseconds());
                      }));
    return row ? usage_of(row) : find();
  }

  Result<QuotaUsage> set_limit(std::optional<QuotaLimit> limit) {
    BOOST_OUTCOME_TRY(ensure_row());
    BOOST_OUTCOME_TRY(const auto row, only_row(set_limit_sql, [&](Statement& statement) {
                        if (limit) {
                          statement.bind_int64(3, limit->amount());
                        } else {
                          statement.bind_null(3);
                        }
                        statement.bind_int64(4, session_.now().microseconds());
                      }));
    return usage_of(row);
  }

  /// Errors: `not_found`.
  Result<QuotaUsage> reset(std::string_view reason) {
    const std::int64_t now = session_.now().microseconds();
    const std::string who = session_.context().principal().to_string();
    BOOST_OUTCOME_TRY(const auto before, find());
    if (!before.has_begun) {
      return Error{errc::not_found, "the tenant has no count of it"}.about(
          quota_.metric().to_string());
    }
    BOOST_OUTCOME_TRY(run(record_reset_sql, [&](Statement& statement) {
      statement.bind_text(3, who);
      statement.bind_text(4, reason);
      statement.bind_int64(5, now);
    }));
    BOOST_OUTCOME_TRY(const auto row, only_row(reset_sql, [&](Statement& statement) {
                        statement.bind_int64(3, now);
                      }));
    BOOST_OUTCOME_TRY(run(drop_resets_sql, [](Statement& statement) {
      statement.bind_int64(3, static_cast<std::int64_t>(Quota::max_resets));
    }));
    return usage_of(row);
  }

 private:
  template <class Bind>
  Result<void> run(const StaticSql& sql, const Bind& bind) {
    BOOST_OUTCOME_TRY(auto statement, session_.prepare(sql));
    statement->bind_text(2, quota_.metric().to_string());
    bind(*statement);
    BOOST_OUTCOME_TRY(statement->step());
    return success();
  }

  template <class Bind>
  Result<std::optional<CountRow>> only_row(const StaticSql& sql, const Bind& bind) {
    BOOST_OUTCOME_TRY(auto statement, session_.prepare(sql));
    statement->bind_text(2, quota_.metric().to_string());
    bind(*statement);
    BOOST_OUTCOME_TRY(const bool found, next_own(session_, *statement));
    if (!found) {
      return std::optional<CountRow>{};
    }
    BOOST_OUTCOME_TRY(const auto row, read_count(*statement));
    BOOST_OUTCOME_TRY(statement->step());
    return std::optional{row};
  }

  [[nodiscard]] QuotaUsage usage_of(const std::optional<CountRow>& row) const {
    if (!row) {
      return QuotaUsage{.limit = quota_.limit()};
    }
    return QuotaUsage{.used = row->used.value_or(0),
                      .limit = row->own_limit.value_or(quota_.limit()),
                      .has_own_limit = row->own_limit.has_value(),
                      .has_begun = row->used.has_value(),
                      .updated_at = row->updated_at,
                      .last_reset_at = row->last_reset_at};
  }

  Session& session_;
  const Quota& quota_;
};

/// Gives the value of `body(session)` with the tables of quotas at hand.
template <class Body>
auto with_tables(ReadTransaction& transaction, const Body& body)
    -> std::invoke_result_t<const Body&, Session&> {
  Session& session = SessionAccess::of(transaction);
  std::optional<typename std::invoke_result_t<const Body&, Session&>::value_type> value;
  BOOST_OUTCOME_TRY(session.with_quota_tables([&]() -> Result<void> {
    BOOST_OUTCOME_TRY(auto made, body(session));
    value.emplace(std::move(made));
    return success();
  }));
  return *std::move(value);
}

Result<void> require_positive(std::int64_t amount) {
  if (amount < 1) {
    return Error{errc::invalid_argument, "an amount is at least 1"};
  }
  return success();
}

/// What a tenant's own program can do is no way to give itself more.
Result<void> require_platform(const ReadTransaction& transaction) {
  if (transaction.context().kind() == ContextKind::credential) {
    return Error{errc::access_denied,
                 "a tenant's credential does not move its quotas: enter by the authority"};
  }
  return success();
}

}  // namespace

Result<QuotaUsage> Quota::begin(WriteTransaction& transaction, std::int64_t used) const {
  if (used < 0) {
    return Error{errc::invalid_argument, "what is used is not negative"};
  }
  return with_tables(transaction, [&](Session& session) {
    return Counter{session, *this}.begin(used);
  });
}

Result<QuotaUsage> Quota::consume(WriteTransaction& transaction, std::int64_t amount) const {
  BOOST_OUTCOME_TRY(require_positive(amount));
  return with_tables(transaction, [&](Session& session) -> Result<QuotaUsage> {
    Counter counter{session, *this};
    BOOST_OUTCOME_TRY(auto admitted, counter.debit(amount));
    if (admitted) {
      return *admitted;
    }
    BOOST_OUTCOME_TRY(const auto usage, counter.find());
    if (!usage.has_begun) {
      BOOST_OUTCOME_TRY(counter.begin(0));
      BOOST_OUTCOME_TRY(admitted, counter.debit(amount));
    }
    if (!admitted) {
      return Error{errc::quota_exceeded, "the tenant's limit leaves less"}.about(
          metric_.to_string());
    }
    return *admitted;
  });
}

Result<QuotaUsage> Quota::release(WriteTransaction& transaction, std::int64_t amount) const {
  BOOST_OUTCOME_TRY(require_positive(amount));
  return with_tables(transaction, [&](Session& session) {
    return Counter{session, *this}.credit(amount);
  });
}

Result<QuotaUsage> Quota::usage(ReadTransaction& transaction) const {
  return with_tables(transaction, [&](Session& session) { return Counter{session, *this}.find(); });
}

Result<QuotaUsage> Quota::set_limit(WriteTransaction& transaction,
                                    std::optional<QuotaLimit> limit) const {
  BOOST_OUTCOME_TRY(require_platform(transaction));
  return with_tables(transaction, [&](Session& session) {
    return Counter{session, *this}.set_limit(limit);
  });
}

Result<QuotaUsage> Quota::reset(WriteTransaction& transaction, std::string_view reason) const {
  BOOST_OUTCOME_TRY(require_platform(transaction));
  if (!detail::is_plain_line(reason, 1, max_reason_length)) {
    return Error{errc::invalid_argument,
                 "a quota is reset for a reason, 1 to 500 bytes of UTF-8 without control "
                 "characters"};
  }
  return with_tables(transaction, [&](Session& session) -> Result<QuotaUsage> {
    QuotaUsage usage;
    BOOST_OUTCOME_TRY(session.all_or_nothing([&]() -> Result<void> {
      BOOST_OUTCOME_TRY(usage, Counter{session, *this}.reset(reason));
      return success();
    }));
    return usage;
  });
}

Result<std::vector<QuotaReset>> Quota::resets(ReadTransaction& transaction) const {
  return with_tables(transaction, [&](Session& session) -> Result<std::vector<QuotaReset>> {
    std::vector<QuotaReset> resets;
    BOOST_OUTCOME_TRY(auto statement, session.prepare(list_resets_sql));
    statement->bind_text(2, metric_.to_string());
    while (true) {
      BOOST_OUTCOME_TRY(const bool found, next_own(session, *statement));
      if (!found) {
        return resets;
      }
      const auto number = statement->int64(1);
      const auto used_before = statement->int64(2);
      const auto at = statement->int64(5);
      if (!number || !used_before || !at) {
        return unreadable_quota();
      }
      resets.push_back({*number, *used_before, std::string{statement->text(3).value_or("")},
                        std::string{statement->text(4).value_or("")},
                        Timestamp::from_microseconds(*at)});
    }
  });
}

Result<std::vector<StoredQuota>> stored_quotas(ReadTransaction& transaction) {
  return with_tables(transaction, [](Session& session) -> Result<std::vector<StoredQuota>> {
    std::vector<StoredQuota> quotas;
    BOOST_OUTCOME_TRY(auto statement, session.prepare(list_sql));
    while (true) {
      BOOST_OUTCOME_TRY(const bool found, next_own(session, *statement));
      if (!found) {
        return quotas;
      }
      BOOST_OUTCOME_TRY(const auto row, read_count(*statement));
      const auto metric = MetricName::parse(statement->text(5).value_or(""));
      if (!metric) {
        return unreadable_quota();
      }
      quotas.push_back(
          {metric.value(), row.used, row.own_limit, row.updated_at, row.last_reset_at});
    }
  });
}

}  // namespace tenancy::inline v0
