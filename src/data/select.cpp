#include "tenancy/data/detail/select.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "tenancy/core/assert.hpp"

#include "core/text.hpp"
#include "data/sql_text.hpp"
#include "data/text_bound.hpp"

namespace tenancy::inline v0::detail {
namespace {

std::string_view type_name(ValueType type) noexcept {
  switch (type) {
    case ValueType::int64:
      return "BIGINT";
    case ValueType::real:
      return "DOUBLE PRECISION";
    case ValueType::blob:
      return "BLOB";
    default:
      return "TEXT";
  }
}

/// Writes a predicate from its shape, which it reads through.
class PredicateWriter {
 public:
  PredicateWriter(SqlText& sql, const EntityLayout& layout, std::string_view shape)
      : sql_{sql}, layout_{layout}, shape_{shape} {}

  void write() {
    const auto what = static_cast<Operator>(next());
    switch (what) {
      case Operator::always:
        sql_ << "1 = 1";
        return;
      case Operator::both:
      case Operator::either:
        sql_ << "(";
        write_both_sides(what);
        sql_ << ")";
        return;
      case Operator::negation: {
        const bool has_parentheses = is_next(Operator::both) || is_next(Operator::either);
        sql_ << (has_parentheses ? "NOT " : "NOT (");
        write();
        sql_ << (has_parentheses ? "" : ")");
        return;
      }
      case Operator::rows_in:
        write_rows_in();
        return;
      default:
        write_comparison(what);
    }
  }

 private:
  [[nodiscard]] bool is_next(Operator what) const noexcept {
    return shape_.starts_with(static_cast<char>(what));
  }

  /// What has the same operator needs no parentheses, of which the engine's parser bears a hundred
  /// only.
  void write_both_sides(Operator what) {
    write_side(what);
    sql_ << (what == Operator::both ? " AND " : " OR ");
    write_side(what);
  }
  void write_side(Operator what) {
    if (is_next(what)) {
      next();
      write_both_sides(what);
    } else {
      write();
    }
  }

  std::size_t next() {
    TENANCY_ASSERT(!shape_.empty(), "a predicate's shape ends too early");
    const auto byte = static_cast<unsigned char>(shape_.front());
    shape_.remove_prefix(1);
    return byte;
  }
  std::size_t next_count() {
    const std::size_t exponent = next();
    return exponent == 0 ? 0 : std::size_t{1} << (exponent - 1);
  }

  void write_comparison(Operator what) {
    const std::string_view column = layout_.columns[next()];
    const auto compare = [&](std::string_view with) {
      sql_.identifier(column) << with;
      sql_.parameter();
    };
    // Ranges of bytes: in another collation the text behind a prefix may come before it.
    const auto compare_bytes = [&](std::string_view with) {
      compare(with);
      sql_ << " COLLATE BINARY";
    };
    switch (what) {
      case Operator::equal:
        return compare(" = ");
      case Operator::not_equal:
        return compare(" <> ");
      case Operator::less:
        return compare(" < ");
      case Operator::less_or_equal:
        return compare(" <= ");
      case Operator::greater:
        return compare(" > ");
      case Operator::greater_or_equal:
        return compare(" >= ");
      case Operator::prefix_to_end:
        return compare_bytes(" >= ");
      case Operator::between:
        compare(" BETWEEN ");
        sql_ << " AND ";
        sql_.parameter();
        return;
      case Operator::prefix:
        sql_ << "(";
        compare_bytes(" >= ");
        sql_ << " AND ";
        compare_bytes(" < ");
        sql_ << ")";
        return;
      case Operator::like:
        compare(" LIKE ");
        sql_ << " ESCAPE '\\'";
        return;
      case Operator::is_null:
        sql_.identifier(column) << " IS NULL";
        return;
      case Operator::in: {
        const std::size_t count = next_count();
        if (count == 0) {
          sql_ << "1 = 0";
          return;
        }
        sql_.identifier(column) << " IN ";
        sql_.parameters(count);
        return;
      }
      default:
        TENANCY_ASSERT(false, "a predicate's shape has an operator that does not exist");
    }
  }

  void write_rows_in() {
    const std::size_t columns = next();
    for (std::size_t i = 0; i < columns; ++i) {
      sql_ << (i == 0 ? "(" : ", ");
      sql_.identifier(layout_.columns[next()]);
    }
    const std::size_t rows = next_count();
    for (std::size_t i = 0; i < rows; ++i) {
      sql_ << (i == 0 ? ") IN (VALUES " : ", ");
      sql_.parameters(columns);
    }
    sql_ << ")";
  }

  SqlText& sql_;
  const EntityLayout& layout_;
  std::string_view shape_;
};

/// Writes what holds for the rows behind a place in an order, in which NULL is less than anything.
class PlaceWriter {
 public:
  PlaceWriter(SqlText& sql, const EntityLayout& layout, const std::vector<SortColumn>& order,
              const std::vector<OwnedValue>& place)
      : sql_{sql}, layout_{layout}, order_{order}, place_{place} {
    // NULL has no parameter, but takes part in the numbering: parameters are the place's values.
    for (std::size_t i = 0; i < place_.size(); ++i) {
      parameters_.push_back(sql_.next_parameter());
    }
  }

  void write() {
    if (has_one_direction()) {
      write_rows();
      return;
    }
    // What an index can begin with.
    if (!is_nullable(0)) {
      sql_.identifier(name(0)) << (order_[0].descends ? " <= " : " >= ");
      sql_.parameter(parameters_[0]) << " AND ";
    }
    write_from(0);
  }

 private:
  [[nodiscard]] std::string_view name(std::size_t i) const {
    return layout_.columns[order_[i].column];
  }
  [[nodiscard]] bool is_nullable(std::size_t i) const { return layout_.nullable[order_[i].column]; }
  [[nodiscard]] bool is_null(std::size_t i) const {
    return place_[i].view().type() == ValueType::null;
  }

  [[nodiscard]] bool has_one_direction() const {
    for (std::size_t i = 0; i < order_.size(); ++i) {
      if (is_nullable(i) || order_[i].descends != order_[0].descends) {
        return false;
      }
    }
    return true;
  }

  void write_rows() {
    const auto separate = [&](std::size_t i) {
      if (order_.size() > 1) {
        sql_ << (i == 0 ? "(" : ", ");
      }
    };
    const std::string_view end = order_.size() > 1 ? ")" : "";
    for (std::size_t i = 0; i < order_.size(); ++i) {
      separate(i);
      sql_.identifier(name(i));
    }
    sql_ << end << (order_[0].descends ? " < " : " > ");
    for (std::size_t i = 0; i < order_.size(); ++i) {
      separate(i);
      sql_.parameter(parameters_[i]);
    }
    sql_ << end;
  }

  /// Behind the place in the columns from `i` on, being equal in those before.
  void write_from(std::size_t i) {
    sql_ << "(";
    write_strictly(i);
    if (i + 1 < order_.size()) {
      sql_ << " OR (";
      sql_.identifier(name(i));
      if (is_null(i)) {
        sql_ << " IS NULL";
      } else {
        sql_ << " = ";
        sql_.parameter(parameters_[i]);
      }
      sql_ << " AND ";
      write_from(i + 1);
      sql_ << ")";
    }
    sql_ << ")";
  }

  void write_strictly(std::size_t i) {
    if (is_null(i)) {
      if (order_[i].descends) {
        sql_ << "1 = 0";
      } else {
        sql_.identifier(name(i)) << " IS NOT NULL";
      }
      return;
    }
    sql_.identifier(name(i)) << (order_[i].descends ? " < " : " > ");
    sql_.parameter(parameters_[i]);
    if (order_[i].descends && is_nullable(i)) {
      sql_ << " OR ";
      sql_.identifier(name(i)) << " IS NULL";
    }
  }

  SqlText& sql_;
  const EntityLayout& layout_;
  const std::vector<SortColumn>& order_;
  const std::vector<OwnedValue>& place_;
  std::vector<std::size_t> parameters_;
};

}  // namespace

Select::Select(const EntityLayout& layout, Selection what, const PredicateCode& predicate)
    : layout_{layout}, what_{what}, predicate_{predicate} {}

void Select::for_each_parent(std::vector<std::uint8_t> columns, std::vector<OwnedValue> keys) {
  parent_columns_ = std::move(columns);
  parent_keys_ = std::move(keys);
}

void Select::limit_about(std::int64_t rows) {
  constexpr std::array<std::int64_t, 8> sizes{1, 2, 11, 21, 51, 101, 201, 501};
  const auto* const size = std::ranges::lower_bound(sizes, rows);
  is_limit_rounded_ = size != sizes.end();
  limit_ = is_limit_rounded_ ? *size : rows;
}

std::string Select::shape(Dialect dialect) const {
  std::string shape;
  shape.reserve(32 + predicate_.shape().size());
  append_identity(shape, layout_);
  shape += static_cast<char>(what_);
  shape += static_cast<char>(static_cast<unsigned char>(column_));
  shape += static_cast<char>(static_cast<unsigned char>(group_));
  shape += static_cast<char>(static_cast<unsigned char>(order_.size()));
  for (const SortColumn& term : order_) {
    shape += static_cast<char>(term.column);
    shape += term.descends ? 'd' : 'a';
  }
  shape += place_ ? 'p' : '-';
  if (place_) {
    for (const OwnedValue& value : *place_) {
      shape += value.view().type() == ValueType::null ? 'n' : 'v';
    }
  }
  // Few forms: keys are filled up to a power of two.
  const auto parents = static_cast<std::uint32_t>(parent_keys_.size());
  shape.append(reinterpret_cast<const char*>(&parents), sizeof(parents));
  shape += static_cast<char>(static_cast<unsigned char>(parent_columns_.size()));
  for (std::size_t i = 0; i < parent_columns_.size(); ++i) {
    shape += static_cast<char>(parent_columns_[i]);
    shape += static_cast<char>(parent_keys_[i].view().type());
  }
  if (has_limit_in_text(dialect)) {
    shape += 'L' + std::to_string(*limit_);
  } else {
    shape += limit_ ? 'l' : '-';
  }
  shape += offset_ ? 'o' : '-';
  shape += predicate_.shape();
  return shape;
}

std::string Select::sql(Dialect dialect) const {
  SqlText sql;
  if (!parent_columns_.empty()) {
    // A name that no mapping can give to a table or column.
    sql << R"(WITH "#")";
    for (std::size_t i = 0; i < parent_columns_.size(); ++i) {
      sql << (i == 0 ? "(" : ", ") << "\"#" << std::to_string(i) << "\"";
    }
    // Keys that fill up are repetitions.
    sql << ") AS (SELECT DISTINCT * FROM (VALUES ";
    for (std::size_t i = 0; i < parent_keys_.size(); i += parent_columns_.size()) {
      sql << (i == 0 ? "" : ", ");
      if (i == 0) {
        write_first_parent(sql);
      } else {
        sql.parameters(parent_columns_.size());
      }
    }
    sql << ") AS parents) ";
  }
  const auto aggregate = [&](std::string_view function) {
    sql << function << "(";
    sql.identifier(layout_.columns[column_]) << ")";
  };
  sql << (what_ == Selection::erasure ? "DELETE" : "SELECT ");
  if (group_ != no_column) {
    sql.identifier(layout_.columns[group_]) << ", ";
  }
  switch (what_) {
    case Selection::rows:
    case Selection::versioned_rows:
      sql << "tenant_id";
      for (const std::string_view name : layout_.columns) {
        (sql << ", ").identifier(name);
      }
      if (what_ == Selection::versioned_rows) {
        (sql << ", ").identifier(layout_.version);
      }
      break;
    case Selection::tenant:
      sql << "tenant_id";
      break;
    case Selection::count:
      sql << "count(*)";
      break;
    case Selection::sum:
      // PostgreSQL has sums of any size, and says where one does not fit.
      sql << (dialect == Dialect::postgresql ? "CAST(" : "");
      aggregate("sum");
      sql << (dialect == Dialect::postgresql ? " AS BIGINT)" : "");
      break;
    case Selection::total:
      aggregate("total");
      break;
    case Selection::least:
      aggregate("min");
      break;
    case Selection::greatest:
      aggregate("max");
      break;
    case Selection::erasure:
      break;
  }
  sql << " FROM ";
  if (!parent_columns_.empty()) {
    write_limited_by_parent(sql, dialect);
    return std::move(sql).text();
  }
  sql.identifier(layout_.table);
  write_condition(sql);
  if (group_ != no_column) {
    (sql << " GROUP BY ").identifier(layout_.columns[group_]) << " ORDER BY ";
    sql.identifier(layout_.columns[group_]) << (layout_.nullable[group_] ? " NULLS FIRST" : "");
  }
  write_order(sql);
  write_limit(sql, dialect);
  return std::move(sql).text();
}

/// What is not compared with a column says its type.
void Select::write_first_parent(SqlText& sql) const {
  for (std::size_t i = 0; i < parent_columns_.size(); ++i) {
    sql << (i == 0 ? "(CAST(" : ", CAST(");
    sql.parameter() << " AS " << type_name(parent_keys_[i].view().type()) << ")";
  }
  sql << ")";
}

/// The rows that belong to the parent at hand.
void Select::write_parents_of_row(SqlText& sql) const {
  for (std::size_t i = 0; i < parent_columns_.size(); ++i) {
    (sql << " AND ").identifier(layout_.columns[parent_columns_[i]])
        << R"( = "#"."#)" << std::to_string(i) << "\"";
    if (parent_keys_[i].view().type() == ValueType::text) {
      sql << " COLLATE BINARY";
    }
  }
}

/// For each parent its first rows, found by an index: no others are read, however many there are.
/// Whatever collation a column has, its children are a parent's own.
///
/// PostgreSQL joins each parent with a query of its own. SQLite, which cannot, finds the keys of
/// the first rows and then the rows; PostgreSQL would look for the keys again for each row.
void Select::write_limited_by_parent(SqlText& sql, Dialect dialect) const {
  if (dialect == Dialect::postgresql) {
    sql << R"("#" CROSS JOIN LATERAL (SELECT * FROM )";
    sql.identifier(layout_.table);
    write_condition(sql);
    write_parents_of_row(sql);
    write_order(sql);
    write_limit(sql, dialect);
    sql << ") AS found";
    write_order(sql);
    return;
  }
  const auto write_keys = [&] {
    std::string_view separator;
    for (const std::size_t key : layout_.keys) {
      (sql << separator).identifier(layout_.columns[key]);
      separator = ", ";
    }
  };
  sql << R"("#" CROSS JOIN )";
  sql.identifier(layout_.table) << " WHERE tenant_id = ?1 AND (";
  write_keys();
  sql << ") IN (SELECT ";
  write_keys();
  (sql << " FROM ").identifier(layout_.table);
  write_condition(sql);
  write_parents_of_row(sql);
  write_order(sql);
  write_limit(sql, dialect);
  sql << ")";
  write_order(sql);
}

void Select::write_condition(SqlText& sql) const {
  // Rows of nobody are not given out. The plus keeps the engine from reading tenant by tenant, out
  // of the order of an index that begins with the tenant.
  sql << (layout_.reach == Reach::one_tenant
              ? " WHERE tenant_id = ?1"
              : " WHERE +tenant_id IN (SELECT tenant_id FROM tenancy_tenants)");
  if (!predicate_.is_empty()) {
    sql << " AND ";
    PredicateWriter{sql, layout_, predicate_.shape()}.write();
  }
  if (place_) {
    sql << " AND ";
    PlaceWriter{sql, layout_, order_, *place_}.write();
  }
}

void Select::write_order(SqlText& sql) const {
  std::string_view separator = " ORDER BY ";
  for (const SortColumn& term : order_) {
    (sql << separator).identifier(layout_.columns[term.column]) << (term.descends ? " DESC" : "");
    if (layout_.nullable[term.column]) {
      sql << (term.descends ? " NULLS LAST" : " NULLS FIRST");
    }
    separator = ", ";
  }
}

void Select::write_limit(SqlText& sql, Dialect dialect) const {
  if (has_limit_in_text(dialect)) {
    sql << " LIMIT " << std::to_string(*limit_);
  } else if (limit_) {
    sql << " LIMIT ";
    sql.parameter();
  }
  if (offset_) {
    sql << " OFFSET ";
    sql.parameter();
  }
}

Result<StatementLease> Select::prepare(Session& session) const {
  TENANCY_ASSERT(layout_.reach == Reach::one_tenant, "a tenant's query that reaches all tenants");
  return prepare_in<ShapedSql>(session);
}

Result<StatementLease> Select::prepare(CrossingSession& session) const {
  TENANCY_ASSERT(layout_.reach == Reach::all_tenants, "a query across tenants that reaches one");
  TENANCY_ASSERT(what_ != Selection::erasure && parent_columns_.empty(),
                 "a query across tenants that is none for reading");
  return prepare_in<CrossingSql>(session);
}

template <class Sql>
Result<StatementLease> Select::prepare_in(auto& session) const {
  const Dialect dialect = session.dialect();
  const auto write = [&] { return sql(dialect); };
  BOOST_OUTCOME_TRY(auto statement, session.prepare(Sql{shape(dialect), write, is_unbounded()}));
  std::vector<ValueView> values;
  values.reserve(parent_keys_.size() + predicate_.values().size() + (place_ ? place_->size() : 0) +
                 2);
  for (const OwnedValue& value : parent_keys_) {
    values.push_back(value.view());
  }
  for (const OwnedValue& value : predicate_.values()) {
    values.push_back(value.view());
  }
  std::vector<std::string> texts;
  if (dialect == Dialect::postgresql) {
    const auto bounds = predicate_.bounds();
    texts.reserve(bounds.size());
    for (const std::size_t bound : bounds) {
      ValueView& value = values[parent_keys_.size() + bound];
      if (!is_utf8(value.bytes())) {
        value = ValueView::text(texts.emplace_back(least_utf8_from(value.bytes())));
      }
    }
  }
  if (place_) {
    for (const OwnedValue& value : *place_) {
      values.push_back(value.view());
    }
  }
  if (limit_ && !has_limit_in_text(dialect)) {
    values.push_back(ValueView::int64(*limit_));
  }
  if (offset_) {
    values.push_back(ValueView::int64(*offset_));
  }
  statement->bind_rest(2, values);
  return statement;
}

}  // namespace tenancy::inline v0::detail
