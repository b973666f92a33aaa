#include "tenants/turns.hpp"

#include <algorithm>
#include <vector>

namespace tenancy_bench {
namespace {

constexpr int rounds = 5;

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

Turns take_turns(const Round& first, const Round& second, double seconds_each) {
  const std::chrono::duration<double> time{seconds_each / rounds};
  std::vector<double> firsts;
  std::vector<double> seconds;
  std::vector<double> ratios;
  for (int round = 0; round < rounds; ++round) {
    const bool first_begins = round % 2 == 0;
    if (first_begins) {
      firsts.push_back(first(time));
    }
    seconds.push_back(second(time));
    if (!first_begins) {
      firsts.push_back(first(time));
    }
    ratios.push_back(firsts.back() / seconds.back());
  }
  return {median(firsts), median(seconds), median(ratios)};
}

}  // namespace tenancy_bench
