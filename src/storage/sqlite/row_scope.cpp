#include "storage/sqlite/row_scope.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "storage/sql_tokens.hpp"
#include "storage/sqlite/error.hpp"

namespace tenancy::inline v0::detail::sqlite {
namespace {

constexpr std::string_view tenant_column = "tenant_id";

/// What queries may call. Left out is what tells of the connection (`changes`,
/// `last_insert_rowid`), of the engine (`sqlite_version`), of other files (`load_extension`,
/// `fts3_tokenizer`), what gives another answer each time (`random`, `randomblob`), what makes
/// much of little (`zeroblob`), what takes time out of proportion (`json_patch`), and what asks for
/// another plan (`likely`, `likelihood`): how much it takes tells how many rows others have.
/// In alphabetical order.
constexpr auto functions = std::to_array<std::string_view>({
    "->",
    "->>",
    "abs",
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "avg",
    "ceil",
    "ceiling",
    "char",
    "coalesce",
    "concat",
    "concat_ws",
    "cos",
    "cosh",
    "count",
    "cume_dist",
    "current_date",
    "current_time",
    "current_timestamp",
    "date",
    "datetime",
    "degrees",
    "dense_rank",
    "exp",
    "first_value",
    "floor",
    "format",
    "glob",
    "group_concat",
    "hex",
    "ifnull",
    "iif",
    "instr",
    "json",
    "json_array",
    "json_array_length",
    "json_error_position",
    "json_extract",
    "json_group_array",
    "json_group_object",
    "json_insert",
    "json_object",
    "json_quote",
    "json_remove",
    "json_replace",
    "json_set",
    "json_type",
    "json_valid",
    "julianday",
    "lag",
    "last_value",
    "lead",
    "length",
    "like",
    "ln",
    "log",
    "log10",
    "log2",
    "lower",
    "ltrim",
    "max",
    "min",
    "mod",
    "nth_value",
    "ntile",
    "nullif",
    "octet_length",
    "percent_rank",
    "pi",
    "pow",
    "power",
    "printf",
    "quote",
    "radians",
    "rank",
    "replace",
    "round",
    "row_number",
    "rtrim",
    "sign",
    "sin",
    "sinh",
    "sqrt",
    "strftime",
    "string_agg",
    "substr",
    "substring",
    "sum",
    "tan",
    "tanh",
    "time",
    "timediff",
    "total",
    "trim",
    "trunc",
    "typeof",
    "unhex",
    "unicode",
    "unixepoch",
    "upper",
});
static_assert(std::ranges::is_sorted(functions));

/// The functions that stand in the place of a table.
constexpr std::array<std::string_view, 2> table_functions{"json_each", "json_tree"};

std::string in_lower_case(std::string_view text) {
  std::string lowered{text};
  std::ranges::transform(lowered, lowered.begin(), &lower_case);
  return lowered;
}

std::string_view view_of(const char* text) noexcept {
  return text == nullptr ? std::string_view{} : std::string_view{text};
}

bool is_table_function(std::string_view name) {
  return std::ranges::find(table_functions, name) != table_functions.end();
}

std::string in_quotes(std::string_view name) {
  std::string quoted{'"'};
  for (const char letter : name) {
    quoted += letter;
    if (letter == '"') {
      quoted += letter;
    }
  }
  return quoted += '"';
}

/// A name in an error message.
std::string shown(std::string_view name) {
  constexpr std::size_t longest = 64;
  return "'" + std::string{name.substr(0, longest)} + "'";
}

std::string view_sql(const ScopedTable& table, std::string_view base, std::string_view function) {
  std::string columns;
  for (const std::string& column : table.columns) {
    columns += (columns.empty() ? "" : ", ") + in_quotes(column);
  }
  return "CREATE TEMP VIEW " + in_quotes(table.name) + " AS SELECT " + columns + " FROM " +
         in_quotes(base) + "." + in_quotes(table.name) + " WHERE " + std::string{tenant_column} +
         " = " + std::string{function} + "()";
}

/// Stands before a table that queries do not see: whoever names it reads all its columns, and the
/// list of what may be compiled refuses that.
std::string hidden_view_sql(const std::string& name, std::string_view base) {
  return "CREATE TEMP VIEW " + in_quotes(name) + " AS SELECT * FROM " + in_quotes(base) + "." +
         in_quotes(name);
}

bool is_of_word(char letter) noexcept {
  const auto byte = static_cast<unsigned char>(letter);
  return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
         (byte >= 'A' && byte <= 'Z') || byte == '_' || byte == '$' || byte >= 0x80U;
}

/// Whether a name stands anywhere in a text; both in lower case.
bool mentions(std::string_view text, std::string_view name) {
  return text.find(name) != std::string_view::npos;
}

/// The words of a text in lower case, whether they are names, keywords or parts of other texts.
template <class Visit>
bool any_word(std::string_view text, Visit visit) {
  // Before a name it is a blank, within one a part of it.
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  for (std::size_t at = 0; at < text.size();) {
    if (text.substr(at).starts_with(byte_order_mark)) {
      at += byte_order_mark.size();
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && is_of_word(text[end])) {
      ++end;
    }
    if (end > at && visit(in_lower_case(text.substr(at, end - at)))) {
      return true;
    }
    at = end + 1;
  }
  return false;
}

}  // namespace

RowScope::RowScope(std::shared_ptr<const ScopedSchema> schema, std::string base,
                   std::string function)
    : schema_{std::move(schema)}, base_{std::move(base)}, function_{std::move(function)} {
  for (const ScopedTable& table : schema_->tables) {
    Table entry{table.is_shared, {}};
    for (const std::string& column : table.columns) {
      entry.columns.insert(column);
    }
    tables_.emplace(table.name, std::move(entry));
  }
  for (const std::string& name : schema_->hidden) {
    hidden_.insert(name);
  }
}

Result<void> RowScope::install(sqlite3* connection) {
  // Innocuous, so that views may call it; deterministic, so that the engine looks the tenant's rows
  // up by their key.
  constexpr int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
  if (const int code = sqlite3_create_function_v2(connection, function_.c_str(), 0, flags, this,
                                                  &tell_tenant, nullptr, nullptr, nullptr);
      code != SQLITE_OK) {
    return to_error(code, connection, "confining a connection");
  }
  for (const ScopedTable& table : schema_->tables) {
    if (table.is_shared) {
      continue;
    }
    const auto sql = view_sql(table, base_, function_);
    if (sqlite3_exec(connection, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
      return to_error(sqlite3_extended_errcode(connection), connection,
                      "making the view of " + shown(table.name));
    }
  }
  for (const std::string& name : schema_->hidden) {
    if (sqlite3_exec(connection, hidden_view_sql(name, base_).c_str(), nullptr, nullptr, nullptr) !=
        SQLITE_OK) {
      return to_error(sqlite3_extended_errcode(connection), connection,
                      "making the view of " + shown(name));
    }
  }
  BOOST_OUTCOME_TRY(look_for_lists(connection));
  // The first use of a table-valued function declares its table, which queries may not.
  if (sqlite3_exec(connection, "SELECT 1 FROM json_each('[]'), json_tree('[]')", nullptr, nullptr,
                   nullptr) != SQLITE_OK) {
    return to_error(sqlite3_extended_errcode(connection), connection, "confining a connection");
  }
  // Tables that are functions of the engine's, of which only those on JSON may be used.
  const auto keep_name = [](void* modules, int count, char** values, char** /*columns*/) noexcept {
    if (count > 0 && values[0] != nullptr) {
      static_cast<decltype(modules_)*>(modules)->emplace(values[0]);
    }
    return 0;
  };
  if (sqlite3_exec(connection, "PRAGMA module_list", keep_name, &modules_, nullptr) != SQLITE_OK) {
    return to_error(sqlite3_extended_errcode(connection), connection, "confining a connection");
  }
  return success();
}

Result<void> RowScope::look_for_lists(sqlite3* connection) {
  const std::string sql = "SELECT t.sql FROM " + base_ +
                          ".sqlite_schema t WHERE t.type = 'table' AND EXISTS "
                          "(SELECT 1 FROM pragma_table_xinfo(t.name, '" +
                          base_ + "') c WHERE c.hidden IN (2, 3))";
  sqlite3_stmt* raw = nullptr;
  int code = sqlite3_prepare_v2(connection, sql.c_str(), -1, &raw, nullptr);
  const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> tables{raw, &sqlite3_finalize};
  bool found = false;
  while (code == SQLITE_OK || code == SQLITE_ROW) {
    code = sqlite3_step(raw);
    if (code == SQLITE_ROW && !found) {
      const auto* const text = reinterpret_cast<const char*>(sqlite3_column_text(raw, 0));
      found = text == nullptr || std::ranges::any_of(sql_tokens(text), [](const SqlToken& token) {
                return token.is("IN");
              });
    }
  }
  if (code != SQLITE_DONE) {
    return to_error(sqlite3_extended_errcode(connection), connection, "confining a connection");
  }
  computes_lists_ = found;
  return success();
}

std::size_t RowScope::NameHash::operator()(std::string_view name) const noexcept {
  // FNV-1a of what tells most names apart, with letters in whichever case.
  constexpr std::size_t enough = 8;
  std::uint64_t hash = 0xCBF29CE484222325U ^ name.size();
  for (const char letter : name.substr(0, enough)) {
    hash = (hash ^ (static_cast<unsigned char>(letter) | 0x20U)) * 0x100000001B3U;
  }
  return static_cast<std::size_t>(hash);
}

void RowScope::tell_tenant(sqlite3_context* context, int /*count*/,
                           sqlite3_value** /*arguments*/) noexcept {
  const auto& self = *static_cast<const RowScope*>(sqlite3_user_data(context));
  if (self.tenant_) {
    sqlite3_result_int64(context, self.tenant_->value());
  } else {
    sqlite3_result_error(context, "no tenant", -1);
  }
}

QueryTraits RowScope::traits_of(std::string_view text) const {
  const auto lowered = in_lower_case(text);
  QueryTraits traits;
  traits.uses_table_functions = std::ranges::any_of(
      table_functions, [&](std::string_view name) { return mentions(lowered, name); });
  // Of the columns by which these join, SQLite asks nobody. The store's tables are out of reach
  // behind views; the engine's own, which no view may be named like, are to be kept away here.
  if (mentions(lowered, "using") || mentions(lowered, "natural")) {
    traits.joins_engine_table =
        any_word(text, [this](const std::string& word) { return is_of_engine(word); });
  }
  return traits;
}

bool RowScope::names_secret(std::string_view text) const {
  const auto lowered = in_lower_case(text);
  return mentions(lowered, base_) || mentions(lowered, function_);
}

bool RowScope::allows(int action, const char* first, const char* second, const char* database,
                      const char* cause) {
  if (traits_.joins_engine_table) {
    refusal_ = "USING or NATURAL beside a name of the engine's";
    return false;
  }
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_RECURSIVE:
      return true;
    case SQLITE_READ:
      if (view_of(second).empty() ? allows_mention(in_lower_case(view_of(first)), database)
                                  : allows_read(view_of(first), view_of(second), database, cause)) {
        return true;
      }
      refusal_ = "the table " + shown(view_of(first));
      return false;
    case SQLITE_FUNCTION:
      if (allows_function(view_of(second), cause)) {
        return true;
      }
      refusal_ = "the function " + shown(view_of(second));
      return false;
    default:
      refusal_ = "anything but to read";
      return false;
  }
}

bool RowScope::allows_read(std::string_view table, std::string_view column, const char* database,
                           const char* cause) const {
  const auto schema_name = view_of(database);
  if (schema_name == "main") {
    // It is empty. What seems to lie there are functions.
    return traits_.uses_table_functions && is_table_function(in_lower_case(table));
  }
  const auto* const known = find(table);
  if (known == nullptr) {
    return false;
  }
  const bool is_listed = known->columns.contains(column);
  if (schema_name == "temp") {
    return is_listed && !known->is_shared;
  }
  if (schema_name != base_) {
    return false;
  }
  if (known->is_shared) {
    return is_listed;
  }
  // Only for what the table's own view does with it.
  return is_same_name(view_of(cause), table) && (is_listed || is_same_name(column, tenant_column));
}

bool RowScope::allows_mention(const std::string& table, const char* database) const {
  const auto schema_name = view_of(database);
  if (find(table) != nullptr) {
    // In the query's own words the schema is that of the view, or none.
    return schema_name.empty() || schema_name == "temp";
  }
  if (traits_.uses_table_functions && is_table_function(table)) {
    return schema_name.empty();
  }
  // Left are names that the query itself gave to its parts.
  return schema_name.empty() && !hidden_.contains(table) && !is_of_engine(table);
}

bool RowScope::is_of_engine(const std::string& table) const {
  return table.starts_with("sqlite_") || table.starts_with("pragma_") ||
         (modules_.contains(table) && !is_table_function(table));
}

bool RowScope::allows_function(std::string_view name, const char* cause) const {
  const auto lowered = in_lower_case(name);
  if (lowered == function_) {
    const auto* const table = find(view_of(cause));
    return table != nullptr && !table->is_shared;
  }
  return std::ranges::binary_search(functions, std::string_view{lowered});
}

const RowScope::Table* RowScope::find(std::string_view name) const {
  // SQLite asks for the columns of a table one after another.
  if (last_ == nullptr || last_->first != name) {
    const auto found = tables_.find(name);
    if (found == tables_.end()) {
      return nullptr;
    }
    last_ = &*found;
  }
  return &last_->second;
}

}  // namespace tenancy::inline v0::detail::sqlite
