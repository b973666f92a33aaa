#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tenantctl {

/// Rows of texts in aligned columns. It may be printed in parts, so that a long list need not wait
/// for its end: columns grow then, and never shrink.
class Table {
 public:
  /// A table without headers has no line for them.
  explicit Table(std::vector<std::string> headers) : headers_{std::move(headers)} {}

  void add(std::vector<std::string> cells);

  /// The rows that were added since the last time, below the headers when it is the first.
  std::string take_lines(bool bold_headers = false);

 private:
  void widen(const std::vector<std::string>& cells);
  [[nodiscard]] std::string line(const std::vector<std::string>& cells) const;

  std::vector<std::string> headers_;
  std::vector<std::vector<std::string>> rows_;
  std::vector<std::size_t> widths_;
  bool has_begun_ = false;
};

}  // namespace tenantctl
