#include "tenancy/data/scoped_sql.hpp"

#include <utility>

#include <nlohmann/json.hpp>

#include "core/base64url.hpp"
#include "storage/backend.hpp"

namespace tenancy::inline v0 {
namespace {

using detail::ValueType;
using detail::ValueView;

/// Hands rows on.
class Visiting final : public detail::ScopedSink {
 public:
  using Visit = detail::FunctionRef<Result<void>(const SqlRow&)>;

  explicit Visiting(Visit visit) noexcept : visit_{visit} {}

  void begin(std::span<const std::string_view> columns) override {
    columns_.assign(columns.begin(), columns.end());
  }
  Result<void> row(std::span<const ValueView> values) override {
    return visit_(SqlRow{columns_, values});
  }

 private:
  Visit visit_;
  std::vector<std::string_view> columns_;
};

/// Keeps rows.
class Keeping final : public detail::ScopedSink {
 public:
  void begin(std::span<const std::string_view> columns) override {
    table.columns.assign(columns.begin(), columns.end());
  }
  Result<void> row(std::span<const ValueView> values) override {
    auto& row = table.rows.emplace_back();
    row.reserve(values.size());
    for (const ValueView& value : values) {
      row.push_back(SqlValue::of(value));
    }
    return success();
  }

  SqlTable table;
};

/// A value within JSON. What is not UTF-8 is repaired.
std::string to_json(const ValueView& value) {
  constexpr auto repair = nlohmann::json::error_handler_t::replace;
  switch (value.type()) {
    case ValueType::int64:
      return std::to_string(value.int64());
    case ValueType::real:
      return nlohmann::json(value.real()).dump();
    case ValueType::text:
      return nlohmann::json(value.bytes()).dump(-1, ' ', false, repair);
    case ValueType::blob:
      return '"' + detail::to_base64url(value.blob()) + '"';
    default:
      return "null";
  }
}

/// Writes rows.
class Writing final : public detail::ScopedSink {
 public:
  void begin(std::span<const std::string_view> columns) override {
    text_ = R"({"columns":[)";
    for (const std::string_view column : columns) {
      separate();
      text_ += to_json(ValueView::text(column));
    }
    text_ += R"(],"rows":[)";
  }
  Result<void> row(std::span<const ValueView> values) override {
    separate();
    text_ += '[';
    for (const ValueView& value : values) {
      separate();
      text_ += to_json(value);
    }
    text_ += ']';
    return success();
  }
  std::string finish() && {
    text_ += "]}";
    return std::move(text_);
  }

 private:
  void separate() {
    if (text_.back() != '[') {
      text_ += ',';
    }
  }

  std::string text_;
};

Result<void> run(const Store& store, const TenantContext& context, const CallOptions& options,
                 const SqlLimits& limits, std::string_view text, const SqlParameters& parameters,
                 detail::ScopedSink& sink) {
  std::vector<detail::ScopedParameter> values;
  values.reserve(parameters.values().size());
  for (const auto& [name, value] : parameters.values()) {
    values.push_back({name, value.view()});
  }
  const auto backend = detail::StoreAccess::backend(store);
  return backend->scoped_query(context, options, {text, values, limits}, sink);
}

}  // namespace

ScopedSql::ScopedSql(const Store& store, const TenantContext& context, const SqlLimits& limits,
                     const CallOptions& options)  // NOLINT(modernize-pass-by-value): like others
    : store_{store}, context_{context}, limits_{limits}, options_{options} {}

Result<SqlTable> ScopedSql::query(std::string_view text, const SqlParameters& parameters) const {
  Keeping kept;
  BOOST_OUTCOME_TRY(run(store_, context_, options_, limits_, text, parameters, kept));
  return std::move(kept.table);
}

Result<std::string> ScopedSql::query_json(std::string_view text,
                                          const SqlParameters& parameters) const {
  Writing written;
  BOOST_OUTCOME_TRY(run(store_, context_, options_, limits_, text, parameters, written));
  return std::move(written).finish();
}

Result<void> ScopedSql::for_each(std::string_view text, const SqlParameters& parameters,
                                 detail::FunctionRef<Result<void>(const SqlRow&)> visit) const {
  Visiting visiting{visit};
  return run(store_, context_, options_, limits_, text, parameters, visiting);
}

Result<std::vector<SqlTableInfo>> ScopedSql::tables() const {
  BOOST_OUTCOME_TRY(const auto schema,
                    detail::StoreAccess::backend(store_)->scoped_schema(context_, options_));
  std::vector<SqlTableInfo> tables;
  for (const detail::ScopedTable& table : schema->tables) {
    tables.push_back({table.name, table.columns, table.is_shared});
  }
  return tables;
}

}  // namespace tenancy::inline v0
