#pragma once

#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace tenancy_bench {

/// What a figure should be. Missing it is worth a look and is no failure.
struct Goal {
  enum class Bound { at_most, at_least, below };

  Bound bound;
  double value;

  [[nodiscard]] bool is_met_by(double measured) const noexcept;
  /// `<= 1.05`.
  [[nodiscard]] std::string to_string() const;
};

/// One number that a benchmark found.
struct Figure {
  std::string figure;  ///< Its name, stable from run to run: `point_read_time_ratio`.
  double value;
  std::string unit;
  std::string against;  ///< What it is compared with.
  std::optional<Goal> goal = {};
};

/// The figures of one run, rounded to three decimals, which is all that repeats.
///
/// Thread safety: thread-compatible.
class Figures {
 public:
  void add(Figure figure);

  /// A table for people, with whether each goal is met.
  void print(std::ostream& out) const;

  /// A JSON array for programs. False when the file cannot be written.
  [[nodiscard]] bool write_json(const std::filesystem::path& file) const;

 private:
  std::vector<Figure> figures_;
};

}  // namespace tenancy_bench
