#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "storage/sql_tokens.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// How often each name stands in a part of a query.
class NameCounts {
 public:
  void add(const std::string& name) {
    const std::uint64_t count = ++counts_[name];
    most_ = count > most_ ? count : most_;
  }
  /// That of the one that stands there most often.
  [[nodiscard]] std::uint64_t most_often() const noexcept { return most_; }

 private:
  boost::unordered_flat_map<std::string, std::uint64_t> counts_;
  std::uint64_t most_ = 0;
};

/// What stands in a part of a query, without its subqueries.
struct QueryPart {
  std::uint64_t tokens = 0;
  std::uint64_t everything = 0;         ///< Marks that stand for all columns.
  std::uint64_t junctions = 0;          ///< AND and OR.
  NameCounts names;                     ///< Where a column may be meant.
  std::vector<std::size_t> subqueries;  ///< Within expressions.
  std::vector<std::string> tables;      ///< Named behind IN, in place of a subquery.
};

/// One of the SELECTs that UNION and the like put together.
struct QueryTerm {
  std::vector<std::size_t> subqueries;  ///< That it selects from.
  std::vector<std::string> tables;      ///< Or may select from, by name; empty for an unknown one.
  std::uint64_t names = 0;              ///< Columns and tables in it, wherever they stand.
  std::uint64_t sorted = 0;             ///< And columns by which it is sorted or grouped.
};

/// What is in one pair of parentheses that holds a SELECT or VALUES, or in the whole text.
struct QueryShape {
  std::optional<std::size_t> parent;  ///< The query around it.
  QueryPart list;                     ///< Between SELECT and FROM.
  QueryPart rest;                     ///< Whatever is neither in the list nor in a named window.
  QueryPart windows;                  ///< In what `WINDOW name AS (…)` defines.
  std::uint64_t window_uses = 0;      ///< How often one may be copied.
  std::uint64_t rows = 0;             ///< Of VALUES.
  bool is_grouped = false;            ///< By a GROUP BY of its own.
  std::vector<QueryTerm> terms;
  /// The queries of the common table expressions that its WITH defines, by name.
  boost::unordered_flat_map<std::string, std::size_t> definitions;
};

/// The queries in a text, the text itself as the first. What divides a query into parts are
/// words that SQLite takes for nothing else; where it may go either way, both are counted. There
/// are none when parentheses stand in each other too deeply.
std::vector<QueryShape> query_shapes(const SqlTokens& tokens, unsigned max_nesting);

}  // namespace tenancy::inline v0::detail::sqlite
