#pragma once

#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

namespace tenancy_test {

/// Shortens a sequence that fails, as long as it goes on failing: parts are taken out, large ones
/// first, down to single steps, and then steps are replaced by simpler ones. What comes back fails,
/// and fails no more without any one of its steps.
///
/// `simpler` gives what may stand for a step, the simplest first; each must be simpler than the
/// step by some measure, so that there is an end.
/// Source: Zeller and Hildebrandt, Simplifying and Isolating Failure-Inducing Input, 2002.
template <class Step>
class Shrinker {
 public:
  using Steps = std::vector<Step>;
  using Fails = std::function<bool(const Steps&)>;
  using Simpler = std::function<std::vector<Step>(const Step&)>;

  Shrinker(Fails fails, Simpler simpler) : fails_{std::move(fails)}, simpler_{std::move(simpler)} {}

  /// The sequence given must fail.
  [[nodiscard]] Steps shrink(Steps steps) const {
    bool is_shorter = true;
    while (is_shorter) {
      is_shorter = false;
      for (std::size_t size = steps.size(); size > 0; size /= 2) {
        is_shorter = take_out(steps, size) || is_shorter;
      }
      is_shorter = simplify(steps) || is_shorter;
    }
    return steps;
  }

 private:
  /// Tries to do without each run of so many steps, the last ones first.
  bool take_out(Steps& steps, std::size_t size) const {
    bool did = false;
    std::size_t end = steps.size();
    while (end > 0) {
      const std::size_t begin = end > size ? end - size : 0;
      Steps without = steps;
      without.erase(without.begin() + static_cast<std::ptrdiff_t>(begin),
                    without.begin() + static_cast<std::ptrdiff_t>(end));
      if (fails_(without)) {
        steps = std::move(without);
        did = true;
      }
      end = begin;
    }
    return did;
  }

  bool simplify(Steps& steps) const {
    bool did = false;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      while (simplify_at(steps, i)) {
        did = true;
      }
    }
    return did;
  }
  bool simplify_at(Steps& steps, std::size_t place) const {
    for (Step& candidate : simpler_(steps[place])) {
      Steps simplified = steps;
      simplified[place] = std::move(candidate);
      if (fails_(simplified)) {
        steps = std::move(simplified);
        return true;
      }
    }
    return false;
  }

  Fails fails_;
  Simpler simpler_;
};

}  // namespace tenancy_test
