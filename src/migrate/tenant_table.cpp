#include "migrate/tenant_table.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include "tenancy/migrate/tenant_table.hpp"

#include "core/text.hpp"
#include "migrate/row_policy.hpp"
#include "migrate/table_kind.hpp"

namespace tenancy::inline v0 {
namespace detail {
namespace {

constexpr std::string_view updated_at = "updated_at";
constexpr std::size_t max_identifier_length = 63;
constexpr std::size_t max_check_length = 4096;

using Names = std::vector<std::string>;

Error invalid(std::string message) { return Error{errc::invalid_argument, std::move(message)}; }

std::string quoted_name(std::string_view name) { return '"' + std::string{name} + '"'; }

/// The columns behind the tenant: `"tenant_id", "id"`.
std::string led_by_tenant(const Names& columns) {
  std::string list = quoted_name(tenant_column);
  for (const std::string& column : columns) {
    list += ", " + quoted_name(column);
  }
  return list;
}

std::string plain_list(const Names& columns) {
  std::string list;
  for (const std::string& column : columns) {
    list += (list.empty() ? "" : ", ") + quoted_name(column);
  }
  return list;
}

Result<void> check_name(std::string_view what, std::string_view name) {
  const auto is_letter = [](char letter) { return letter >= 'a' && letter <= 'z'; };
  const auto fits = [&](char letter) {
    return is_letter(letter) || (letter >= '0' && letter <= '9') || letter == '_';
  };
  if (name.empty() || name.size() > max_identifier_length || !is_letter(name.front()) ||
      !std::ranges::all_of(name, fits)) {
    return invalid(
        std::string{what} + " needs a name of 1 to 63 of a-z, 0-9 and _ that begins with a letter" +
        (is_plain_line(name, 1, 2 * max_identifier_length) ? "; '" + std::string{name} + "' is none"
                                                           : std::string{}));
  }
  if (name.starts_with("tenancy_") || name.starts_with("sqlite_")) {
    return invalid(std::string{what} + " '" + std::string{name} +
                   "' has a name that belongs to the library or the engine");
  }
  return success();
}

std::string_view postgres_type_name(ColumnType type) noexcept {
  switch (type) {
    case ColumnType::text:
    case ColumnType::json:
      // By its bytes, as on SQLite.
      return "TEXT COLLATE \"C\"";
    case ColumnType::real:
      return "DOUBLE PRECISION";
    case ColumnType::blob:
      return "BYTEA";
    case ColumnType::boolean:
      return "SMALLINT";
    default:
      return "BIGINT";
  }
}

std::string_view type_name(ColumnType type, Dialect dialect) noexcept {
  if (dialect == Dialect::postgresql) {
    return postgres_type_name(type);
  }
  switch (type) {
    case ColumnType::text:
    case ColumnType::json:
      return "TEXT";
    case ColumnType::real:
      return "REAL";
    case ColumnType::blob:
      return "BLOB";
    default:
      return "INTEGER";
  }
}

std::string text_literal(std::string_view text) {
  std::string literal = "'";
  for (const char letter : text) {
    literal.append(letter == '\'' ? 2 : 1, letter);
  }
  return literal + "'";
}

std::string real_literal(double value) {
  std::array<char, 32> digits{};
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  std::string literal{digits.data(), written.ptr};
  // Without a point or an exponent it would be an integer.
  return literal.find_first_of(".e") == std::string::npos ? literal + ".0" : literal;
}

/// The literal of a column's default, nothing where there is none.
Result<std::optional<std::string>> default_literal(const TableColumn& column) {
  const auto wrong = [&] {
    return invalid("the default of the column '" + column.name +
                   "' is not a value of the column's type");
  };
  const auto& value = column.default_value;
  if (std::holds_alternative<std::monostate>(value)) {
    return std::optional<std::string>{};
  }
  if (const auto* const flag = std::get_if<bool>(&value)) {
    return column.type == ColumnType::boolean
               ? Result<std::optional<std::string>>{std::string{*flag ? "1" : "0"}}
               : wrong();
  }
  if (const auto* const number = std::get_if<std::int64_t>(&value)) {
    const bool fits = column.type == ColumnType::integer || column.type == ColumnType::timestamp;
    return fits ? Result<std::optional<std::string>>{std::to_string(*number)} : wrong();
  }
  if (const auto* const real = std::get_if<double>(&value)) {
    return column.type == ColumnType::real && std::isfinite(*real)
               ? Result<std::optional<std::string>>{real_literal(*real)}
               : wrong();
  }
  const auto& text = std::get<std::string>(value);
  const bool fits = (column.type == ColumnType::text || column.type == ColumnType::json) &&
                    is_utf8(text) && text.find('\0') == std::string::npos;
  return fits ? Result<std::optional<std::string>>{text_literal(text)} : wrong();
}

/// Whether the expression stays within the parentheses that are put around it. Comments are
/// refused, and quotes that stay open.
bool is_closed(std::string_view sql) noexcept {
  int depth = 0;
  for (std::size_t at = 0; at < sql.size(); ++at) {
    const char letter = sql[at];
    if (letter == '\'' || letter == '"') {
      at = sql.find(letter, at + 1);
      if (at == std::string_view::npos) {
        return false;
      }
    } else if (letter == '(') {
      ++depth;
    } else if (letter == ')') {
      if (--depth < 0) {
        return false;
      }
    } else if (letter == ';' || letter == '[' || letter == '`' || sql.substr(at, 2) == "--" ||
               sql.substr(at, 2) == "/*") {
      return false;
    }
  }
  return depth == 0;
}

/// Writes the SQL of one table.
class Writer {
 public:
  Writer(const TenantTable& table, Dialect dialect) noexcept : table_{table}, dialect_{dialect} {}

  Result<std::string> write() && {
    BOOST_OUTCOME_TRY(check_name("a table", table_.name));
    BOOST_OUTCOME_TRY(check_columns());
    sql_ = "CREATE TABLE " + quoted_name(table_.name) + " (\n  " + quoted_name(tenant_column) +
           (is_sqlite() ? " INTEGER" : " BIGINT") +
           R"( NOT NULL REFERENCES "tenancy_tenants" ("tenant_id"))";
    for (const TableColumn& column : table_.columns) {
      BOOST_OUTCOME_TRY(add_column(column));
    }
    BOOST_OUTCOME_TRY(add_keys());
    for (const TenantReference& reference : table_.references) {
      BOOST_OUTCOME_TRY(add_reference(reference, &led_by_tenant));
    }
    for (const SharedReference& reference : table_.shared_references) {
      BOOST_OUTCOME_TRY(add_reference(reference, &plain_list));
    }
    sql_ += is_sqlite() ? "\n) STRICT, WITHOUT ROWID;\n" : "\n);\n" + secure_rows(table_.name);
    for (const TableIndex& index : table_.indexes) {
      BOOST_OUTCOME_TRY(add_index(index));
    }
    BOOST_OUTCOME_TRY(add_trigger());
    return std::move(sql_);
  }

 private:
  [[nodiscard]] bool is_sqlite() const noexcept { return dialect_ == Dialect::sqlite; }

  [[nodiscard]] const TableColumn* find(std::string_view name) const noexcept {
    const auto found = std::ranges::find(table_.columns, name, &TableColumn::name);
    return found == table_.columns.end() ? nullptr : &*found;
  }

  Result<void> check_columns() const {
    for (const TableColumn& column : table_.columns) {
      BOOST_OUTCOME_TRY(check_name("a column of '" + table_.name + "'", column.name));
      if (column.name == tenant_column) {
        return invalid("the column 'tenant_id' of '" + table_.name + "' is added by itself");
      }
      if (find(column.name) != &column) {
        return invalid("the column '" + column.name + "' of '" + table_.name + "' is there twice");
      }
    }
    return success();
  }

  /// Whether they are columns of the table, and each only once.
  Result<void> check_list(std::string_view what, const Names& columns) const {
    if (columns.empty()) {
      return invalid(std::string{what} + " of '" + table_.name + "' has no columns");
    }
    for (const std::string& column : columns) {
      if (find(column) == nullptr || std::ranges::count(columns, column) != 1) {
        return invalid(std::string{what} + " of '" + table_.name +
                       "' names a column that is not there, is there twice, or is 'tenant_id', "
                       "which is added by itself");
      }
    }
    return success();
  }

  Result<void> add_column(const TableColumn& column) {
    sql_ +=
        ",\n  " + quoted_name(column.name) + " " + std::string{type_name(column.type, dialect_)};
    if (!column.is_nullable) {
      sql_ += " NOT NULL";
    }
    BOOST_OUTCOME_TRY(const auto value, default_literal(column));
    if (value) {
      sql_ += " DEFAULT " + *value;
    }
    if (column.type == ColumnType::boolean) {
      sql_ += " CHECK (" + quoted_name(column.name) + " IN (0, 1))";
    }
    if (column.check.empty()) {
      return success();
    }
    if (!is_plain_line(column.check, 1, max_check_length) || !is_closed(column.check)) {
      return invalid("the check of the column '" + column.name +
                     "' is not one expression on one line, without comments and with all quotes "
                     "and parentheses closed");
    }
    sql_ += " CHECK (" + column.check + ")";
    return success();
  }

  Result<void> add_keys() {
    BOOST_OUTCOME_TRY(check_list("the key", table_.key));
    for (const std::string& column : table_.key) {
      if (find(column)->is_nullable) {
        return invalid("the column '" + column + "' is part of the key and may not be nullable");
      }
    }
    sql_ += ",\n  PRIMARY KEY (" + led_by_tenant(table_.key) + ")";
    for (const Names& columns : table_.unique) {
      BOOST_OUTCOME_TRY(check_list("a unique constraint", columns));
      sql_ += ",\n  UNIQUE (" + led_by_tenant(columns) + ")";
    }
    return success();
  }

  template <class Reference>
  Result<void> add_reference(const Reference& reference, std::string (*list)(const Names&)) {
    BOOST_OUTCOME_TRY(check_list("a reference", reference.columns));
    BOOST_OUTCOME_TRY(check_name("a table that '" + table_.name + "' refers to", reference.table));
    const Names& to = reference.to.empty() ? reference.columns : reference.to;
    for (const std::string& column : to) {
      BOOST_OUTCOME_TRY(check_name("a column of '" + reference.table + "'", column));
      if (column == tenant_column) {
        return invalid("the column 'tenant_id' is added to references by itself");
      }
    }
    if (to.size() != reference.columns.size()) {
      return invalid("a reference of '" + table_.name + "' to '" + reference.table +
                     "' pairs columns of different number");
    }
    sql_ += ",\n  FOREIGN KEY (" + list(reference.columns) + ") REFERENCES " +
            quoted_name(reference.table) + " (" + list(to) + ") ON DELETE " +
            (reference.on_delete == OnDelete::cascade ? "CASCADE" : "RESTRICT");
    return success();
  }

  Result<void> add_index(const TableIndex& index) {
    BOOST_OUTCOME_TRY(check_list("an index", index.columns));
    std::string name = index.name;
    if (name.empty()) {
      name = table_.name + "_by";
      for (const std::string& column : index.columns) {
        name += "_" + column;
      }
    }
    BOOST_OUTCOME_TRY(check_name("an index of '" + table_.name + "'", name));
    sql_ += "CREATE INDEX " + quoted_name(name) + " ON " + quoted_name(table_.name) + " (" +
            led_by_tenant(index.columns) + ");\n";
    return success();
  }

  Result<void> add_trigger() {
    if (!table_.has_updated_at_trigger) {
      return success();
    }
    const auto* const column = find(updated_at);
    if (column == nullptr || column->type != ColumnType::timestamp) {
      return invalid("the table '" + table_.name +
                     "' has no column 'updated_at' of the type timestamp for its trigger to set");
    }
    BOOST_OUTCOME_TRY(check_name("the trigger", table_.name + "_updated_at"));
    sql_ += is_sqlite() ? updated_at_trigger(table_.name, table_.key) + ";\n"
                        : postgres_updated_at_trigger(table_.name);
    return success();
  }

  const TenantTable& table_;
  const Dialect dialect_;
  std::string sql_;
};

}  // namespace

std::string updated_at_trigger(std::string_view table, const std::vector<std::string>& key) {
  // One moment for the whole statement, to the millisecond.
  constexpr std::string_view now =
      "CAST(strftime('%s', 'now') AS INTEGER) * 1000000 + "
      "CAST(substr(strftime('%f', 'now'), 4) AS INTEGER) * 1000";
  std::string row = R"("tenant_id" = NEW."tenant_id")";
  for (const std::string& column : key) {
    row += " AND " + quoted_name(column) + " = NEW." + quoted_name(column);
  }
  return "CREATE TRIGGER " + quoted_name(std::string{table} + "_updated_at") + " AFTER UPDATE ON " +
         quoted_name(table) + "\nWHEN NEW.\"updated_at\" IS OLD.\"updated_at\"\nBEGIN\n  UPDATE " +
         quoted_name(table) + " SET \"updated_at\" = " + std::string{now} + "\n  WHERE " + row +
         ";\nEND";
}

namespace {

constexpr std::string_view set_updated_at_body =
    "\nBEGIN\n"
    "  NEW.\"updated_at\" := extract(epoch FROM statement_timestamp()) * 1000000;\n"
    "  RETURN NEW;\nEND\n";

}  // namespace

bool is_postgres_updated_at_trigger(std::string_view table, std::string_view text) {
  const std::string name{table};
  // Names stand in quotes where they are reserved words.
  for (const std::string& shown : {name, quoted_name(name)}) {
    std::string expected = "CREATE TRIGGER ";
    expected.append(name).append("_updated_at BEFORE UPDATE ON ").append(shown);
    expected.append(
        " FOR EACH ROW WHEN (NOT new.updated_at IS DISTINCT FROM old.updated_at) EXECUTE "
        "FUNCTION ");
    expected.append(name).append("_set_updated_at() ").append(set_updated_at_body);
    if (text == expected) {
      return true;
    }
  }
  return false;
}

std::string postgres_updated_at_trigger(std::string_view table) {
  const std::string name{table};
  return "CREATE FUNCTION " + quoted_name(name + "_set_updated_at") +
         "() RETURNS trigger LANGUAGE plpgsql AS $tenancy$" + std::string{set_updated_at_body} +
         "$tenancy$;\nCREATE TRIGGER " + quoted_name(name + "_updated_at") + " BEFORE UPDATE ON " +
         quoted_name(table) +
         "\n  FOR EACH ROW WHEN (NEW.\"updated_at\" IS NOT DISTINCT FROM OLD.\"updated_at\")\n"
         "  EXECUTE FUNCTION " +
         quoted_name(name + "_set_updated_at") + "();\n";
}

}  // namespace detail

Result<std::string> create_tenant_table(const TenantTable& table, Dialect dialect) {
  return detail::Writer{table, dialect}.write();
}

}  // namespace tenancy::inline v0
