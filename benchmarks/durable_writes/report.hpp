#pragma once

#include <filesystem>
#include <iosfwd>

#include "durable_writes/cell.hpp"
#include "durable_writes/second_process.hpp"
#include "durable_writes/series.hpp"
#include "durable_writes/setting.hpp"
#include "figures.hpp"
#include "table.hpp"

namespace tenancy_bench {

/// All sides in one setting.
struct Comparison {
  Setting setting;
  Series one_shot = {};
  Series in_unit = {};
  Series raw = {};
  Series ceiling = {};

  [[nodiscard]] Series& of(Side side) noexcept;
};

/// A second process beside the threads of one side.
struct Intrusion {
  Setting setting;
  Side beside;
  SecondProcess::Kind kind;
  SecondProcessRun seen = {};
  double transactions_per_second = 0;  ///< Of the threads.
};

/// Tables of everything that was measured, for people, and the figures made from it.
///
/// Thread safety: thread-compatible.
class Report {
 public:
  Report();

  void add(const Comparison& comparison);
  void add(const Intrusion& intrusion);

  /// The tables, then the figures that compare.
  void print(std::ostream& out) const;
  /// All figures. False when the file cannot be written.
  [[nodiscard]] bool write_json(const std::filesystem::path& file) const;

 private:
  void add_side(const Setting& setting, const char* side, const Series& series);
  void add_figure(const Figure& figure);

  Table sides_;
  Table intrusions_;
  Figures comparing_;
  Figures all_;
};

}  // namespace tenancy_bench
