#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tenancy::inline v0::detail {

/// What a part of a column's or a table's declaration is about.
enum class ClauseKind : std::uint8_t {
  primary_key,
  not_null,
  null,  ///< `NULL`, which SQLite reads over.
  unique,
  check,
  default_value,
  collation,
  reference,  ///< `REFERENCES …` of a column, `FOREIGN KEY …` of a table.
  generated,
};

/// One constraint as it is written, with `CONSTRAINT name` where it has one.
struct DefinedClause {
  ClauseKind kind;
  std::string text;
};

struct DefinedColumn {
  std::string name;
  std::string type;
  std::vector<DefinedClause> clauses = {};

  [[nodiscard]] bool has(ClauseKind kind) const noexcept;
  void remove(ClauseKind kind);
  /// Makes it NOT NULL, or else lets it be NULL.
  void set_not_null(bool not_null);
};

/// What `CREATE TABLE` says, so that it can be said anew with changes and nothing of the rest lost.
struct TableDefinition {
  std::string name;
  std::vector<DefinedColumn> columns = {};
  std::vector<DefinedClause> constraints = {};
  bool is_strict = false;
  bool is_without_rowid = false;

  [[nodiscard]] DefinedColumn* column(std::string_view name) noexcept;

  /// Nothing for what it does not understand.
  static std::optional<TableDefinition> parse(std::string_view sql);
  /// Without a semicolon. Where tokens stood apart is one space, and comments are left out.
  [[nodiscard]] std::string sql() const;
};

/// The names in the first parentheses of a text, in order; empty texts for what is no plain name.
std::vector<std::string> names_in_parentheses(std::string_view sql);

/// `("a", "b")`.
std::string in_parentheses(const std::vector<std::string>& names);

}  // namespace tenancy::inline v0::detail
