#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace tenancy_bench {

/// Text in aligned columns. Columns of numbers stand to the right, all others to the left.
///
/// Thread safety: thread-compatible.
class Table {
 public:
  enum class Align { left, right };
  struct Column {
    std::string title;
    Align align = Align::left;
  };

  explicit Table(std::vector<Column> columns);

  /// A row has a cell for each column.
  void add(std::vector<std::string> cells);

  void print(std::ostream& out) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// A number with that many decimals.
std::string decimal(double value, int decimals);

}  // namespace tenancy_bench
