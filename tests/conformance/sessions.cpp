#include "conformance/sessions.hpp"

#include <map>
#include <mutex>

namespace tenancy_test {

using tenancy::Error;
using tenancy::Result;
using tenancy::backend::Session;
using tenancy::backend::ShapedSql;
using tenancy::backend::Statement;
using tenancy::backend::StatementLease;
using tenancy::backend::StaticSql;
using tenancy::backend::ValueType;
using tenancy::backend::ValueView;
using tenancy::detail::OwnedValue;

const StaticSql& kept_text(std::string text) {
  // By its address the statement caches know a text.
  static std::mutex mutex;
  static std::map<std::string, StaticSql, std::less<>> texts;
  const std::scoped_lock lock{mutex};
  const auto [entry, is_new] = texts.try_emplace(std::move(text));
  if (is_new) {
    entry->second.text = entry->first;
  }
  return entry->second;
}

bool only_reads(std::string_view sql) noexcept {
  return sql.starts_with("SELECT") || sql.starts_with("WITH");
}

/// Keeps what is bound, and all rows.
class GatheringSession::GatheredStatement final : public Statement {
 public:
  GatheredStatement(GatheringSession& session, const StaticSql& sql)
      : session_{session}, sql_{sql} {}

  void bind_null(int parameter) noexcept override { bind(parameter, ValueView::null()); }
  void bind_int64(int parameter, std::int64_t value) noexcept override {
    bind(parameter, ValueView::int64(value));
  }
  void bind_text(int parameter, std::string_view value) noexcept override {
    bind(parameter, ValueView::text(value));
  }
  void bind_blob(int parameter, std::span<const std::byte> value) noexcept override {
    bind(parameter, ValueView::blob(value));
  }
  void bind_rest(int first, std::span<const ValueView> values) noexcept override {
    for (const auto& value : values) {
      bind(first++, value);
    }
  }

  Advance advance() override {
    if (!has_run_) {
      has_run_ = true;
      auto outcome = run();
      if (!outcome) {
        failure_ = std::move(outcome).error();
        return Advance::failed;
      }
    } else {
      ++row_;
    }
    return row_ < rows_.size() ? Advance::row : Advance::done;
  }
  [[nodiscard]] Error failure() const override {
    return failure_.value_or(Error{tenancy::errc::internal, "it did not fail"});
  }
  [[nodiscard]] std::int64_t changes() const noexcept override { return changes_; }
  void read_columns(std::span<ValueView> columns) const noexcept override {
    for (std::size_t column = 0; column < columns.size(); ++column) {
      columns[column] = value(static_cast<int>(column));
    }
  }
  [[nodiscard]] bool is_null(int column) const noexcept override {
    return value(column).type() == ValueType::null;
  }
  [[nodiscard]] std::optional<std::int64_t> int64(int column) const noexcept override {
    const auto seen = value(column);
    return seen.type() == ValueType::int64 ? std::optional{seen.int64()} : std::nullopt;
  }
  [[nodiscard]] std::optional<std::string_view> text(int column) const noexcept override {
    const auto seen = value(column);
    return seen.type() == ValueType::text ? std::optional{seen.bytes()} : std::nullopt;
  }
  [[nodiscard]] std::optional<std::span<const std::byte>> blob(int column) const noexcept override {
    const auto seen = value(column);
    return seen.type() == ValueType::blob ? std::optional{seen.blob()} : std::nullopt;
  }
  void reset() noexcept override {
    rows_.clear();
    has_run_ = false;
    row_ = 0;
  }
  [[nodiscard]] std::string_view sql() const noexcept override { return sql_.text; }

 private:
  void bind(int parameter, const ValueView& value) noexcept {
    bound_.emplace_back(parameter, OwnedValue{value});
  }
  [[nodiscard]] ValueView value(int column) const noexcept {
    return rows_[row_][static_cast<std::size_t>(column)].view();
  }

  Result<void> run() {
    auto* const kept = only_reads(sql_.text) ? session_.kept_ : nullptr;
    const auto name = name_of_call();
    if (kept != nullptr) {
      if (const auto found = kept->find(name); found != kept->end()) {
        rows_ = found->second;
        return tenancy::success();
      }
    }
    Result<void> result = tenancy::success();
    auto outcome = session_.transaction_(!only_reads(sql_.text), [this, &result](Session& session) {
      result = session_.quotas_ ? session.with_quota_tables([&] { return collect(session); })
                                : collect(session);
      return result.has_value();
    });
    if (kept != nullptr && outcome && result) {
      kept->emplace(name, rows_);
    }
    return outcome ? std::move(result) : std::move(outcome);
  }

  [[nodiscard]] std::string name_of_call() const {
    std::string name = std::to_string(session_.tenant_value()) + " " + std::string{sql_.text};
    for (const auto& [parameter, value] : bound_) {
      const auto view = value.view();
      name += " " + std::to_string(parameter) + "=" +
              (view.type() == ValueType::int64  ? std::to_string(view.int64())
               : view.type() == ValueType::text ? std::string{view.bytes()}
                                                : std::string{"?"});
    }
    return name;
  }

  Result<void> collect(Session& session) {
    constexpr std::size_t columns = 16;
    rows_.clear();
    BOOST_OUTCOME_TRY(auto lease, session.prepare(sql_));
    for (const auto& [parameter, value] : bound_) {
      const auto view = value.view();
      lease->bind_rest(parameter, {&view, 1});
    }
    while (true) {
      BOOST_OUTCOME_TRY(const bool is_row, lease->step());
      if (!is_row) {
        changes_ = lease->changes();
        return tenancy::success();
      }
      std::array<ValueView, columns> seen{};
      lease->read_columns(seen);
      auto& row = rows_.emplace_back();
      for (const auto& one : seen) {
        row.emplace_back(one);
      }
    }
  }

  GatheringSession& session_;
  const StaticSql& sql_;
  std::vector<std::pair<int, OwnedValue>> bound_;
  Rows rows_;
  std::int64_t changes_ = 0;
  std::size_t row_ = 0;
  bool has_run_ = false;
  std::optional<Error> failure_;
};

Result<StatementLease> GatheringSession::prepare(const StaticSql& sql) {
  if (sql.text.find("?1") == std::string_view::npos) {
    return Error{tenancy::errc::internal, "a statement without the tenant as ?1"};
  }
  return StatementLease{*made_.emplace_back(std::make_shared<GatheredStatement>(*this, sql))};
}

Error GatheringSession::report_foreign_row(const Statement& statement) {
  auto outcome = transaction_(false, [&](Session& session) {
    static_cast<void>(session.report_foreign_row(statement));
    return false;
  });
  return outcome ? Error{tenancy::errc::internal, "nobody was alarmed"}
                 : std::move(outcome).error();
}

}  // namespace tenancy_test
