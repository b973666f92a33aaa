#include "storage/sqlite/compiled_query.hpp"

#include <array>
#include <string>
#include <utility>

#include "storage/forked_process.hpp"
#include "storage/scoped_limits.hpp"
#include "storage/sql_tokens.hpp"
#include "storage/sqlite/error.hpp"
#include "storage/sqlite/plain_query.hpp"
#include "storage/sqlite/query_ceilings.hpp"
#include "storage/sqlite/query_program.hpp"
#include "storage/sqlite/query_weight.hpp"

namespace tenancy::inline v0::detail::sqlite {
namespace {

// Bounds on what a query may be made of; generous for people, and tight enough that what is
// computed for a single row ends soon.
constexpr int max_columns = 200;
constexpr int max_compounds = 50;
constexpr int max_instructions = 25'000;
constexpr int max_function_arguments = 100;
constexpr int max_pattern_bytes = 256;
constexpr int max_parameters = 1'000;

/// Before a query, so that SQLite tells its instructions.
constexpr std::string_view explain_prefix = "EXPLAIN ";

struct Compiled {
  std::unique_ptr<SqliteStatement> statement;  ///< Null when the text holds none.
  std::string_view rest;
};

/// SQLite's messages about what stands in the query, and the limit that they are about.
constexpr std::array<std::pair<std::string_view, std::string_view>, 10> limit_messages{{
    {"Expression tree is too large", "depth"},
    {"parser stack overflow", "depth"},
    {"statement too long", "text"},
    {"query string too long", "text"},
    {"too many columns", "text"},
    {"too many terms", "text"},
    {"too many arguments on function", "text"},
    {"too many SQL variables", "text"},
    {"too many FROM clause terms", "text"},
    {"tables in a join", "text"},
}};

/// Errors of values, whose messages name none.
constexpr std::array<std::string_view, 8> value_messages{
    "integer overflow",
    "malformed JSON",
    "LIKE or GLOB pattern too complex",
    "ESCAPE expression must be a single character",
    "ESCAPE expression must not be a wildcard",
    "JSON cannot hold BLOB values",
    "second argument to nth_value must be a positive integer",
    "argument of ntile must be a positive integer",
};

Error refused(std::string_view what) {
  return Error{
      errc::query_refused,
      "a tenant's query may not use " + std::string{what} +
          ": it is one SELECT over the tables and functions that docs/scoped-sql.md lists"};
}

/// The message as SQLite has it, which tells of the text that the tenant wrote and of nothing else.
std::string message_about_text(sqlite3* connection, const RowScope& scope) {
  std::string message = sqlite3_errmsg(connection);
  // With the point behind it, so that what is hidden there is told of like what is not there.
  for (const std::string& secret : {scope.base() + ".", scope.base(), scope.function()}) {
    for (std::size_t at = message.find(secret); at != std::string::npos;
         at = message.find(secret)) {
      message.erase(at, secret.size());
    }
  }
  if (const int offset = sqlite3_error_offset(connection); offset >= 0) {
    message += " (at byte " + std::to_string(offset) + ")";
  }
  return message;
}

/// What a failure of SQLite's says wherever it comes from; `compiles` while the text is compiled.
Error failure_of(sqlite3* connection, const RowScope& scope, Watch& watch, bool compiles) {
  const int code = sqlite3_extended_errcode(connection);
  const std::string_view message = sqlite3_errmsg(connection);
  // Functions that are refused have no code of their own.
  if (compiles && !scope.refusal().empty()) {
    return refused(scope.refusal());
  }
  switch (code & 0xFF) {
    case SQLITE_INTERRUPT:
      if (watch.stopped()) {
        Error reason = watch.reason();
        return reason == errc::query_limit_exceeded ? reason.about("time") : reason;
      }
      break;
    case SQLITE_AUTH:
      return refused(scope.refusal());
    case SQLITE_TOOBIG:
      return compiles ? limit_error("text", "the query is too long")
                      : limit_error("value", "a value or row is too long");
    case SQLITE_FULL:
      return limit_error("memory", "it sorts, groups or materialises too much");
    case SQLITE_NOMEM:
      // Also what a program that is too long ends with.
      watch.mark_broken();
      return limit_error("memory", "it is too large");
    case SQLITE_MISMATCH:
      return Error{errc::invalid_query, "a value has the wrong type for its place, such as LIMIT"};
    case SQLITE_ERROR:
      for (const auto& [text, limit] : limit_messages) {
        if (message.find(text) != std::string_view::npos) {
          return limit_error(limit, "the query is too deep or has too many parts");
        }
      }
      if (compiles) {
        return Error{errc::invalid_query, message_about_text(connection, scope)};
      }
      for (const std::string_view known : value_messages) {
        if (message.starts_with(known)) {
          return Error{errc::invalid_query, std::string{known}};
        }
      }
      return Error{errc::invalid_query, "a function does not take a value that it was given"};
    default:
      break;
  }
  auto error = to_error(code, nullptr, "running a tenant's query");
  if (error == errc::io_error || error == errc::corrupt_store) {
    watch.mark_broken();
  }
  return error;
}

/// The first statement of a text.
Result<Compiled> compile_first(sqlite3* connection, std::string_view text,
                               const QueryTraits& traits, const RowScope& scope, Watch& watch) {
  const unsigned flags =
      SQLITE_PREPARE_PERSISTENT | (traits.uses_table_functions ? 0U : SQLITE_PREPARE_NO_VTAB);
  sqlite3_stmt* raw = nullptr;
  const char* rest = nullptr;
  const int code = sqlite3_prepare_v3(connection, text.data(), static_cast<int>(text.size()), flags,
                                      &raw, &rest);
  if (code != SQLITE_OK) {
    return failure_of(connection, scope, watch, true);
  }
  return Compiled{raw == nullptr ? nullptr : SqliteStatement::adopt(raw, watch),
                  text.substr(static_cast<std::size_t>(rest - text.data()))};
}

/// The instructions of a query that has been compiled, by compiling it once more.
Result<QueryProgram> program_of(sqlite3* connection, std::string_view text,
                                const QueryTraits& traits, const RowScope& scope, Watch& watch) {
  const std::string explaining = std::string{explain_prefix} + std::string{text};
  BOOST_OUTCOME_TRY(const auto explained,
                    compile_first(connection, explaining, traits, scope, watch));
  if (explained.statement == nullptr ||
      sqlite3_stmt_isexplain(explained.statement->handle()) != 1) {
    return refused("what cannot be explained");
  }
  return read_program(*explained.statement, text.size());
}

std::unique_ptr<const QueryFacts> facts_of(sqlite3_stmt* statement, const QueryTraits& traits,
                                           std::size_t cache_bytes) {
  auto facts = std::make_unique<QueryFacts>();
  facts->traits = traits;
  facts->cache_bytes = cache_bytes;
  const int columns = sqlite3_column_count(statement);
  facts->names.reserve(static_cast<std::size_t>(columns));
  for (int column = 0; column < columns; ++column) {
    const char* const name = sqlite3_column_name(statement, column);
    facts->names.emplace_back(name == nullptr ? "" : name);
  }
  facts->columns.assign(facts->names.begin(), facts->names.end());
  return facts;
}

}  // namespace

void limit_queries(sqlite3* connection, const ScopedSqlOptions& options) noexcept {
  const std::array<std::pair<int, int>, 11> limits{{
      {SQLITE_LIMIT_LENGTH, static_cast<int>(options.value_bytes)},
      {SQLITE_LIMIT_SQL_LENGTH, static_cast<int>(options.text_bytes + explain_prefix.size())},
      {SQLITE_LIMIT_COLUMN, max_columns},
      {SQLITE_LIMIT_EXPR_DEPTH, static_cast<int>(options.expression_depth)},
      {SQLITE_LIMIT_COMPOUND_SELECT, max_compounds},
      {SQLITE_LIMIT_VDBE_OP, max_instructions},
      {SQLITE_LIMIT_FUNCTION_ARG, max_function_arguments},
      {SQLITE_LIMIT_ATTACHED, 0},
      {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, max_pattern_bytes},
      {SQLITE_LIMIT_VARIABLE_NUMBER, max_parameters},
      {SQLITE_LIMIT_WORKER_THREADS, 0},
  }};
  for (const auto& [limit, value] : limits) {
    sqlite3_limit(connection, limit, value);
  }
}

Result<std::unique_ptr<SqliteStatement>> compile_query(sqlite3* connection, std::string_view text,
                                                       RowScope& scope, Watch& watch) {
  if (text.find('\0') != std::string_view::npos) {
    return Error{errc::invalid_query, "the text holds a NUL character"};
  }
  if (text.empty()) {
    // It may have no address, which SQLite does not take.
    return Error{errc::invalid_query, "the text holds no query"};
  }
  if (scope.names_secret(text)) {
    return Error{errc::invalid_query, "no such name"};
  }
  const SqlTokens tokens = sql_tokens(text);
  if (const auto exceeded = exceeded_ceiling(tokens); !exceeded.empty()) {
    return limit_error("text", "the query has " + std::string{exceeded});
  }
  const auto weight = query_weight(tokens);
  if (!weight) {
    return limit_error("depth", "the query is too deep");
  }
  if (*weight > max_query_weight) {
    return limit_error("text",
                       "the query comes to too much once its subqueries, columns, windows and "
                       "common table expressions stand where they are named, or joins too many "
                       "tables under too many conditions");
  }
  const auto traits = scope.traits_of(text);
  scope.begin(traits);
  BOOST_OUTCOME_TRY(auto first, compile_first(connection, text, traits, scope, watch));
  if (first.statement == nullptr) {
    return Error{errc::invalid_query, "the text holds no query"};
  }
  sqlite3_stmt* const compiled = first.statement->handle();
  if (sqlite3_stmt_isexplain(compiled) != 0) {
    return refused("EXPLAIN");
  }
  // The list of what may be compiled has let through what reads; SQLite has its own word on it.
  if (sqlite3_stmt_readonly(compiled) == 0 || sqlite3_column_count(compiled) == 0) {
    return refused("anything but to read");
  }
  // Behind it there is nothing but blanks and comments.
  while (!first.rest.empty()) {
    BOOST_OUTCOME_TRY(const auto next, compile_first(connection, first.rest, traits, scope, watch));
    if (next.statement != nullptr || next.rest.size() == first.rest.size()) {
      return refused("a second statement");
    }
    first.rest = next.rest;
  }
  auto cache_bytes = scope.trusts_words() ? plain_cache_bytes(tokens) : std::nullopt;
  if (!cache_bytes || *cache_bytes > free_cache_bytes) {
    BOOST_OUTCOME_TRY(const auto program, program_of(connection, text, traits, scope, watch));
    if (program.fills_filter) {
      return refused("a plan with a filter of all tenants' rows");
    }
    cache_bytes = program.cache_bytes;
  }
  first.statement->set_facts(facts_of(compiled, traits, *cache_bytes));
  return std::move(first.statement);
}

Error query_failure(const SqliteStatement& statement, const RowScope& scope, Watch& watch) {
  if (!watch.in_same_process()) {
    return forked_process_error();
  }
  // What was bound later has cleared SQLite's own word on it.
  if (statement.bind_failure() == SQLITE_TOOBIG) {
    return limit_error("value", "a parameter is too long");
  }
  if (statement.bind_failure() != SQLITE_OK) {
    return statement.failure();
  }
  return failure_of(sqlite3_db_handle(statement.handle()), scope, watch, false);
}

}  // namespace tenancy::inline v0::detail::sqlite
