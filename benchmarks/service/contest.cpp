#include "service/contest.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "percentiles.hpp"

namespace tenancy_bench {
namespace {

constexpr double warm_up_seconds = 1;
/// Of any request of the service under full load.
constexpr double most_p95_ms = 200;

}  // namespace

double Side::median_of(double Load::*value) const {
  std::vector<double> values;
  for (const Load& load : loads_) {
    values.push_back(load.*value);
  }
  return median(std::move(values));
}

double Side::throughput_against(const Side& other) const {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < loads_.size(); ++i) {
    ratios.push_back(loads_[i].per_second / other.loads_[i].per_second);
  }
  return median(std::move(ratios));
}

double Side::processor_time_against(const Side& other) const {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < loads_.size(); ++i) {
    ratios.push_back(loads_[i].processor_us / other.loads_[i].processor_us);
  }
  return median(std::move(ratios));
}

std::string Side::spread() const {
  const auto [least, most] = std::ranges::minmax(loads_, {}, &Load::per_second);
  return decimal(least.per_second, 0) + " to " + decimal(most.per_second, 0);
}

const Side* Contest::find(const std::string& name) const {
  const auto found = std::ranges::find(sides_, name, &Side::name);
  return found == sides_.end() ? nullptr : &*found;
}

std::vector<std::uint64_t> Contest::hold(const Wrk& wrk, double seconds) {
  std::vector<std::uint64_t> answered(sides_.size(), 0);
  for (int run = 0; run < runs; ++run) {
    for (std::size_t i = 0; i < sides_.size(); ++i) {
      const Load load = wrk.run(kind_, sides_[i].server(), run == 0 ? warm_up_seconds : seconds);
      answered[i] += load.answered;
      if (run > 0) {
        sides_[i].add(load);
      }
    }
  }
  return answered;
}

void Contest::print(Table& table) const {
  for (const Side& side : sides_) {
    table.add({to_string(kind_), side.name(), decimal(side.median_of(&Load::per_second), 0),
               side.spread(), decimal(side.median_of(&Load::p50_ms), 3),
               decimal(side.median_of(&Load::p95_ms), 3), decimal(side.median_of(&Load::p99_ms), 3),
               decimal(side.median_of(&Load::p999_ms), 3),
               decimal(side.median_of(&Load::processor_us), 1)});
  }
}

void Contest::add_to(Figures& figures) const {
  const std::string kind = to_string(kind_);
  const auto add_all = [&](const Side& side, const std::string& name, std::optional<Goal> most) {
    figures.add({name + "_per_second", side.median_of(&Load::per_second), "requests/s", ""});
    figures.add({name + "_p50_ms", side.median_of(&Load::p50_ms), "ms", ""});
    figures.add({name + "_p95_ms", side.median_of(&Load::p95_ms), "ms", "", most});
    figures.add({name + "_p99_ms", side.median_of(&Load::p99_ms), "ms", ""});
    figures.add({name + "_p999_ms", side.median_of(&Load::p999_ms), "ms", ""});
    figures.add({name + "_processor_us", side.median_of(&Load::processor_us), "us", ""});
  };
  add_all(service(), kind, Goal{Goal::Bound::at_most, most_p95_ms});
  for (const Side& side : sides_) {
    if (&side != &service()) {
      add_all(side, side.name() + "_" + kind, std::nullopt);
    }
  }
}

}  // namespace tenancy_bench
