#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/backend.hpp"
#include "storage/sql_tokens.hpp"

namespace tenancy::inline v0::detail {

/// A column as the catalogue has it.
struct CatalogueColumn {
  std::string name;
  std::string type;  ///< As declared.
  bool is_not_null;
  bool has_default;
  bool is_computed;         ///< Generated or hidden.
  int key_position;         ///< In the primary key, from 1; 0 when it is no part of it.
  bool is_counted = false;  ///< Filled in by a counter that goes through the rows of all tenants.
};

/// An index, also one that a constraint made.
struct CatalogueIndex {
  std::string name;
  bool is_unique;
  bool is_primary_key;
  bool is_partial;                   ///< Over some of the rows only.
  std::string sql;                   ///< Empty when a constraint made it.
  std::vector<std::string> columns;  ///< In order; empty texts for expressions.
  /// Of PostgreSQL: of a constraint that keeps rows apart which are not of the same tenant.
  bool excludes_others = false;
};

/// A foreign key.
struct CatalogueReference {
  struct Pair {
    std::string from;
    std::string to;  ///< Empty when the parent's primary key is meant.
  };

  std::string table;
  std::string on_update;
  std::string on_delete;
  std::vector<Pair> pairs;   ///< In order.
  bool is_deferred = false;  ///< Checked at the commit. Of SQLite, the table's text says so.
};

struct CatalogueTable {
  std::string name;
  std::string sql;
  bool is_virtual;  ///< Or part of what a virtual table stands on.
  bool is_strict;
  /// Of PostgreSQL: by the library's policy and no other, which nobody but superusers escapes.
  bool is_secured = false;
  bool inherits = false;         ///< Of PostgreSQL, from another table, or another one from it.
  std::string expressions = {};  ///< Of PostgreSQL: its defaults and its checks.
  std::vector<CatalogueColumn> columns = {};
  std::vector<CatalogueIndex> indexes = {};
  std::vector<CatalogueReference> references = {};

  [[nodiscard]] const CatalogueColumn* column(std::string_view name) const noexcept;
  /// Whether the column is another name of the row's number, which is never NULL and comes by
  /// itself.
  [[nodiscard]] bool is_row_number(const CatalogueColumn& column) const;
  /// Whether a column of that name is there and never NULL.
  [[nodiscard]] bool is_never_null(std::string_view name) const;
  /// The columns of the primary key, in order.
  [[nodiscard]] std::vector<std::string> primary_key() const;
};

struct CatalogueObject {
  bool is_view;  ///< Or else a trigger.
  std::string name;
  std::string table;  ///< That a trigger is for.
  std::string sql;
  /// Of PostgreSQL: it sees rows as its owner does, and not as whoever asks it.
  bool has_owners_rights = false;
  bool is_function = false;  ///< Neither a view nor a trigger.
  std::string schema = {};   ///< Of what stands elsewhere than the tables; quoted.
  bool is_table = false;     ///< Nor these: one that stands elsewhere, of tenants' rows.
};

/// The real schema of a store, but for the engine's own tables.
struct Catalogue {
  Dialect dialect = Dialect::sqlite;
  /// Of PostgreSQL: whether the functions that policies ask are what the library made them.
  bool has_policy_functions = false;
  std::vector<CatalogueTable> tables = {};  ///< By name.
  std::vector<CatalogueObject> views_and_triggers = {};

  [[nodiscard]] const CatalogueTable* table(std::string_view name) const noexcept;

  /// Complexity: a handful of queries, however many tables there are.
  static Result<Catalogue> read(ControlSession& session);
};

}  // namespace tenancy::inline v0::detail
