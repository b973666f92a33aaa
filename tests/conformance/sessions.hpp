#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tenancy/storage/backend.hpp"

// What wrong backends are made of: sessions and statements in front of real ones, each of which
// does one thing otherwise.

namespace tenancy_test {

/// A statement that hands everything on.
class StatementBefore : public tenancy::backend::Statement {
 public:
  explicit StatementBefore(tenancy::backend::StatementLease inner) : inner_{std::move(inner)} {}

  void bind_null(int parameter) noexcept override { inner()->bind_null(parameter); }
  void bind_int64(int parameter, std::int64_t value) noexcept override {
    inner()->bind_int64(parameter, value);
  }
  void bind_text(int parameter, std::string_view value) noexcept override {
    inner()->bind_text(parameter, value);
  }
  void bind_blob(int parameter, std::span<const std::byte> value) noexcept override {
    inner()->bind_blob(parameter, value);
  }
  void bind_rest(int first, std::span<const tenancy::backend::ValueView> values) noexcept override {
    inner()->bind_rest(first, values);
  }
  Advance advance() override { return inner()->advance(); }
  [[nodiscard]] tenancy::Error failure() const override { return inner()->failure(); }
  [[nodiscard]] std::int64_t changes() const noexcept override { return inner()->changes(); }
  void read_columns(std::span<tenancy::backend::ValueView> columns) const noexcept override {
    inner()->read_columns(columns);
  }
  [[nodiscard]] bool is_null(int column) const noexcept override {
    return inner()->is_null(column);
  }
  [[nodiscard]] std::optional<std::int64_t> int64(int column) const noexcept override {
    return inner()->int64(column);
  }
  [[nodiscard]] std::optional<std::string_view> text(int column) const noexcept override {
    return inner()->text(column);
  }
  [[nodiscard]] std::optional<std::span<const std::byte>> blob(int column) const noexcept override {
    return inner()->blob(column);
  }
  /// Gives the real one back as well; its text is asked for no more.
  void reset() noexcept override { inner_.reset(); }
  [[nodiscard]] std::string_view sql() const noexcept override { return inner()->sql(); }

 private:
  [[nodiscard]] const tenancy::backend::StatementLease& inner() const noexcept { return *inner_; }

  std::optional<tenancy::backend::StatementLease> inner_;
};

/// A session that hands everything on.
class SessionBefore : public tenancy::backend::Session {
 public:
  explicit SessionBefore(tenancy::backend::Session& inner)
      : Session{inner.context()}, inner_{inner} {}
  virtual ~SessionBefore() = default;

  tenancy::Result<tenancy::backend::StatementLease> prepare(
      const tenancy::backend::StaticSql& sql) override {
    return inner_.prepare(sql);
  }
  tenancy::Result<tenancy::backend::StatementLease> prepare(
      const tenancy::backend::ShapedSql& sql) override {
    return inner_.prepare(sql);
  }
  tenancy::Result<void> all_or_nothing(
      tenancy::backend::FunctionRef<tenancy::Result<void>()> body) override {
    return inner_.all_or_nothing(body);
  }
  tenancy::Result<void> with_quota_tables(
      tenancy::backend::FunctionRef<tenancy::Result<void>()> body) override {
    return inner_.with_quota_tables(body);
  }
  [[nodiscard]] tenancy::Dialect dialect() const noexcept override { return inner_.dialect(); }
  [[nodiscard]] tenancy::Timestamp now() const noexcept override { return inner_.now(); }
  [[nodiscard]] const tenancy::KeyRing& keys() const noexcept override { return inner_.keys(); }
  tenancy::Error report_foreign_row(const tenancy::backend::Statement& statement) override {
    return inner_.report_foreign_row(statement);
  }

 protected:
  [[nodiscard]] tenancy::backend::Session& inner() const noexcept { return inner_; }

 private:
  tenancy::backend::Session& inner_;
};

/// One that gives out `Made` in front of each statement.
template <class Made>
class SessionOf : public SessionBefore {
 public:
  using SessionBefore::SessionBefore;

  tenancy::Result<tenancy::backend::StatementLease> prepare(
      const tenancy::backend::StaticSql& sql) override {
    return before(inner().prepare(sql));
  }
  tenancy::Result<tenancy::backend::StatementLease> prepare(
      const tenancy::backend::ShapedSql& sql) override {
    return before(inner().prepare(sql));
  }

 private:
  tenancy::Result<tenancy::backend::StatementLease> before(
      tenancy::Result<tenancy::backend::StatementLease> lease) {
    if (!lease) {
      return std::move(lease).error();
    }
    return tenancy::backend::StatementLease{made_.emplace_back(std::move(lease).value())};
  }

  std::deque<Made> made_;
};

/// A text with static storage duration, made when the program runs.
const tenancy::backend::StaticSql& kept_text(std::string text);

/// A tenant's session on a transaction of the library's own tables, past the gate.
class UngatedSession final : public tenancy::backend::Session {
 public:
  UngatedSession(const tenancy::TenantContext& context, tenancy::backend::ControlSession& inner,
                 const tenancy::KeyRing& keys)
      : Session{context}, inner_{inner}, keys_{keys} {}

  tenancy::Result<tenancy::backend::StatementLease> prepare(
      const tenancy::backend::StaticSql& sql) override {
    BOOST_OUTCOME_TRY(auto lease, inner_.prepare(sql));
    lease->bind_int64(1, tenant_value());
    return lease;
  }
  tenancy::Result<tenancy::backend::StatementLease> prepare(
      const tenancy::backend::ShapedSql& sql) override {
    return prepare(kept_text(sql.write()));
  }
  tenancy::Result<void> all_or_nothing(
      tenancy::backend::FunctionRef<tenancy::Result<void>()> body) override {
    return body();
  }
  tenancy::Result<void> with_quota_tables(
      tenancy::backend::FunctionRef<tenancy::Result<void>()> body) override {
    return body();
  }
  [[nodiscard]] tenancy::Dialect dialect() const noexcept override { return inner_.dialect(); }
  [[nodiscard]] tenancy::Timestamp now() const noexcept override { return inner_.now(); }
  [[nodiscard]] const tenancy::KeyRing& keys() const noexcept override { return keys_; }
  tenancy::Error report_foreign_row(const tenancy::backend::Statement& /*statement*/) override {
    return {tenancy::errc::isolation_violation, "a row of another tenant"};
  }

 private:
  tenancy::backend::ControlSession& inner_;
  const tenancy::KeyRing& keys_;
};

/// A transaction of the library's own tables that hands everything on.
class ControlSessionBefore : public tenancy::backend::ControlSession {
 public:
  explicit ControlSessionBefore(tenancy::backend::ControlSession& inner) : inner_{inner} {}
  virtual ~ControlSessionBefore() = default;

  tenancy::Result<tenancy::backend::StatementLease> prepare(
      const tenancy::backend::StaticSql& sql) override {
    return inner_.prepare(sql);
  }
  tenancy::Result<void> look_up(
      std::string_view sql,
      tenancy::backend::FunctionRef<void(const tenancy::backend::Statement&)> visit) override {
    return inner_.look_up(sql, visit);
  }
  tenancy::Result<void> run_script(std::string_view sql,
                                   tenancy::backend::ScriptOwner owner) override {
    return inner_.run_script(sql, owner);
  }
  [[nodiscard]] tenancy::Timestamp now() const noexcept override { return inner_.now(); }
  [[nodiscard]] tenancy::Dialect dialect() const noexcept override { return inner_.dialect(); }
  void admit(const tenancy::TenantContext& context) override { inner_.admit(context); }
  tenancy::Result<void> outwait_writes(tenancy::TenantId tenant) override {
    return inner_.outwait_writes(tenant);
  }

 private:
  tenancy::backend::ControlSession& inner_;
};

/// A tenant's session whose statements run in transactions that something else finds for each of
/// them. A statement's rows are gathered there, and then given out.
class GatheringSession final : public tenancy::backend::Session {
 public:
  using Body = tenancy::backend::FunctionRef<bool(tenancy::backend::Session&)>;
  /// Runs the body in a transaction, which is to write, or not.
  using Transaction = std::function<tenancy::Result<void>(bool writes, Body body)>;
  using Rows = std::vector<std::vector<tenancy::detail::OwnedValue>>;
  /// Rows by the tenant, the statement and what is bound to it, which are given out again.
  using Kept = std::map<std::string, Rows, std::less<>>;

  GatheringSession(const tenancy::TenantContext& context,
                   const tenancy::backend::StoreBackend& store, Transaction transaction,
                   Kept* kept = nullptr)
      : Session{context}, store_{store}, transaction_{std::move(transaction)}, kept_{kept} {}

  tenancy::Result<tenancy::backend::StatementLease> prepare(
      const tenancy::backend::StaticSql& sql) override;
  tenancy::Result<tenancy::backend::StatementLease> prepare(
      const tenancy::backend::ShapedSql& sql) override {
    return prepare(kept_text(sql.write()));
  }
  tenancy::Result<void> all_or_nothing(
      tenancy::backend::FunctionRef<tenancy::Result<void>()> body) override {
    return body();
  }
  tenancy::Result<void> with_quota_tables(
      tenancy::backend::FunctionRef<tenancy::Result<void>()> body) override {
    quotas_ = true;
    auto outcome = body();
    quotas_ = false;
    return outcome;
  }
  [[nodiscard]] tenancy::Dialect dialect() const noexcept override { return store_.dialect(); }
  [[nodiscard]] tenancy::Timestamp now() const noexcept override { return store_.clock().now(); }
  [[nodiscard]] const tenancy::KeyRing& keys() const noexcept override { return store_.keys(); }
  /// To the store that was asked, so that this goes wrong nowhere else.
  tenancy::Error report_foreign_row(const tenancy::backend::Statement& statement) override;

 private:
  class GatheredStatement;

  const tenancy::backend::StoreBackend& store_;
  const Transaction transaction_;
  Kept* const kept_;
  bool quotas_ = false;
  std::deque<std::shared_ptr<GatheredStatement>> made_;
};

/// Whether a statement changes nothing.
bool only_reads(std::string_view sql) noexcept;

}  // namespace tenancy_test
