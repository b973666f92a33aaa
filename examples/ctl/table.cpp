#include "ctl/table.hpp"

#include <algorithm>
#include <utility>

#include "ctl/display.hpp"

namespace tenantctl {
namespace {

constexpr std::size_t gap = 2;

}  // namespace

void Table::add(std::vector<std::string> cells) {
  for (std::string& cell : cells) {
    cell = printable(cell);
    if (cell.empty() && !headers_.empty()) {
      // So that no column of it looks like another's.
      cell = "-";
    }
  }
  rows_.push_back(std::move(cells));
}

std::string Table::take_lines(bool bold_headers) {
  widen(headers_);
  for (const auto& row : rows_) {
    widen(row);
  }
  std::string lines;
  if (!std::exchange(has_begun_, true) && !headers_.empty()) {
    const std::string first = line(headers_);
    lines += bold_headers ? "\x1b[1m" + first + "\x1b[0m\n" : first + "\n";
  }
  for (const auto& row : std::exchange(rows_, {})) {
    lines += line(row) + "\n";
  }
  return lines;
}

void Table::widen(const std::vector<std::string>& cells) {
  widths_.resize(std::max(widths_.size(), cells.size()));
  for (std::size_t i = 0; i < cells.size(); ++i) {
    widths_[i] = std::max(widths_[i], display_width(cells[i]));
  }
}

std::string Table::line(const std::vector<std::string>& cells) const {
  std::string text;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    text += cells[i];
    if (i + 1 < cells.size()) {
      text.append(widths_[i] - display_width(cells[i]) + gap, ' ');
    }
  }
  return text;
}

}  // namespace tenantctl
