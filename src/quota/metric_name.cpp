#include "tenancy/quota/metric_name.hpp"

#include <algorithm>
#include <ostream>

namespace tenancy::inline v0 {
namespace {

constexpr bool is_small_letter(char c) noexcept { return c >= 'a' && c <= 'z'; }

constexpr bool is_metric_character(char c) noexcept {
  return is_small_letter(c) || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

Result<MetricName> MetricName::parse(std::string_view text) {
  if (text.empty() || text.size() > max_length) {
    return Error{errc::invalid_metric, "the name of a metric has 1 to 64 characters"};
  }
  if (!std::ranges::all_of(text, is_metric_character) || !is_small_letter(text.front())) {
    return Error{errc::invalid_metric,
                 "the name of a metric has only a-z, 0-9 and '_' and begins with a letter"};
  }
  return MetricName{std::string{text}};
}

std::ostream& operator<<(std::ostream& out, const MetricName& metric) {
  return out << metric.to_string();
}

}  // namespace tenancy::inline v0
