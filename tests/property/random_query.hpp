#pragma once

#include <array>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tenancy/storage/dialect.hpp"

namespace tenancy_test {

/// A random query over the tables of `canary_schema`, whose answer does not depend on the order in
/// which rows are looked at.
///
/// Some of its conditions fail for values that `canary_rows` gives to hostile tenants only.
class RandomQuery {
 public:
  explicit RandomQuery(std::mt19937_64& random, tenancy::Dialect dialect) noexcept
      : random_{random}, is_postgres_{dialect == tenancy::Dialect::postgresql} {}

  std::string make();

 private:
  struct Columns {
    std::string_view table;
    std::vector<std::string_view> numbers;
    std::vector<std::string_view> texts;
  };
  struct Source {
    std::string sql;  ///< For FROM.
    std::string alias;
    int kind;  ///< Which columns it has.
  };

  [[nodiscard]] int below(int bound);
  [[nodiscard]] bool one_in(int count) { return below(count) == 0; }
  template <class... Choice>
  std::string pick(const Choice&... choices) {
    const std::string all[] = {std::string{choices}...};
    return all[static_cast<std::size_t>(below(static_cast<int>(sizeof...(choices))))];
  }

  static const std::array<Columns, 5>& kinds(bool is_postgres);
  Source source(int depth);
  std::string column(const Source& source);
  /// Of any of the sources.
  std::string column();
  /// Over the sources from that one on. Over those of an outer query alone it would be the outer
  /// query's aggregate, and of which row its other columns are would be the engine's choice.
  std::string aggregate(std::size_t first);
  std::string number(int depth);
  std::string text(int depth);
  std::string value(int depth);
  std::string condition(int depth);
  std::string from(int depth);
  std::string select(int depth, int columns);
  std::string subquery(int depth);
  std::string select_list(int columns, int depth);

  [[nodiscard]] const Columns& columns_of(const Source& source) const;
  [[nodiscard]] std::string operation();
  /// A subquery behind FROM, which has a name on PostgreSQL.
  std::string derived(int depth) {
    return "(" + subquery(depth) + ")" + (is_postgres_ ? " AS s" : "");
  }

  std::mt19937_64& random_;
  bool is_postgres_;
  std::vector<Source> sources_;
  int aliases_ = 0;
};

}  // namespace tenancy_test
