#include "storage/postgres/log_marks.hpp"

#include <algorithm>

namespace tenancy::inline v0::detail::postgres {

void LogMarks::add(Clock::time_point before, LogPlace place) {
  const std::scoped_lock lock{mutex_};
  if (place.timeline < timeline_) {
    return;  // Of a server that was the primary.
  }
  if (place.timeline > timeline_) {
    // What the last primary wrote behind the promoted one's back is gone, and its places mean
    // others.
    marks_.clear();
    timeline_ = place.timeline;
  }
  const auto later = std::ranges::find_if(marks_, [&](const Mark& it) { return it.at > before; });
  marks_.insert(later, {before, place.position});
  if (marks_.size() > most) {
    marks_.pop_front();
  }
}

std::optional<LogMarks::Clock::time_point> LogMarks::newest() const {
  const std::scoped_lock lock{mutex_};
  return marks_.empty() ? std::nullopt : std::optional{marks_.back().at};
}

std::optional<LogMarks::Clock::time_point> LogMarks::covered_by(LogPlace place) const {
  const std::scoped_lock lock{mutex_};
  if (place.timeline < timeline_) {
    return std::nullopt;
  }
  const auto latest = std::find_if(marks_.rbegin(), marks_.rend(), [&](const Mark& mark) {
    return mark.position <= place.position;
  });
  return latest == marks_.rend() ? std::nullopt : std::optional{latest->at};
}

}  // namespace tenancy::inline v0::detail::postgres
