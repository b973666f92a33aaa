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
  bool is_computed;  ///< Generated or hidden.
  int key_position;  ///< In the primary key, from 1; 0 when it is no part of it.
};

/// An index, also one that a constraint made.
struct CatalogueIndex {
  std::string name;
  bool is_unique;
  bool is_primary_key;
  bool is_partial;                   ///< Over some of the rows only.
  std::string sql;                   ///< Empty when a constraint made it.
  std::vector<std::string> columns;  ///< In order; empty texts for expressions.
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
  std::vector<Pair> pairs;  ///< In order.
};

struct CatalogueTable {
  std::string name;
  std::string sql;
  bool is_virtual;  ///< Or part of what a virtual table stands on.
  bool is_strict;
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
};

/// The real schema of a store, but for the engine's own tables.
struct Catalogue {
  std::vector<CatalogueTable> tables = {};  ///< By name.
  std::vector<CatalogueObject> views_and_triggers = {};

  [[nodiscard]] const CatalogueTable* table(std::string_view name) const noexcept;

  /// Complexity: a handful of queries, however many tables there are.
  static Result<Catalogue> read(ControlSession& session);
};

}  // namespace tenancy::inline v0::detail
