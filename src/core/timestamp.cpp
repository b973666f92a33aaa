#include "tenancy/core/timestamp.hpp"

#include <algorithm>
#include <optional>
#include <ostream>

namespace tenancy::inline v0 {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr Timestamp::TimePoint first_printable =
    sys_days{std::chrono::year{0} / std::chrono::January / 1};
constexpr Timestamp::TimePoint last_printable =
    sys_days{std::chrono::year{10000} / std::chrono::January / 1} - Timestamp::Duration{1};

/// Takes characters from the front of a text; every step fails quietly once one has failed.
class Reader {
 public:
  explicit Reader(std::string_view text) noexcept : rest_{text} {}

  int number(std::size_t digits) noexcept {
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      value = value * 10 + digit();
    }
    return value;
  }

  void literal(char expected) noexcept {
    if (!take_if(expected)) {
      good_ = false;
    }
  }

  bool take_if(char expected) noexcept {
    if (rest_.empty() || rest_.front() != expected) {
      return false;
    }
    rest_.remove_prefix(1);
    return true;
  }

  [[nodiscard]] bool at_digit() const noexcept {
    return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
  }

  int digit() noexcept {
    if (!at_digit()) {
      good_ = false;
      return 0;
    }
    const int value = rest_.front() - '0';
    rest_.remove_prefix(1);
    return value;
  }

  [[nodiscard]] bool good() const noexcept { return good_; }
  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

std::optional<Timestamp::Duration> read_fraction(Reader& reader) noexcept {
  constexpr int max_digits = 6;
  int value = 0;
  int digits = 0;
  while (digits < max_digits && reader.at_digit()) {
    value = value * 10 + reader.digit();
    ++digits;
  }
  if (digits == 0 || reader.at_digit()) {
    return std::nullopt;
  }
  for (; digits < max_digits; ++digits) {
    value *= 10;
  }
  return Timestamp::Duration{value};
}

std::optional<minutes> read_offset(Reader& reader) noexcept {
  if (reader.take_if('Z')) {
    return minutes{0};
  }
  const bool east = reader.take_if('+');
  if (!east) {
    reader.literal('-');
  }
  const int hour = reader.number(2);
  reader.literal(':');
  const int minute = reader.number(2);
  if (!reader.good() || hour > 23 || minute > 59) {
    return std::nullopt;
  }
  const minutes offset = hours{hour} + minutes{minute};
  return east ? offset : -offset;
}

std::optional<Timestamp> read(std::string_view text) noexcept {
  Reader reader{text};
  const std::chrono::year year{reader.number(4)};
  reader.literal('-');
  const std::chrono::month month{static_cast<unsigned>(reader.number(2))};
  reader.literal('-');
  const std::chrono::day day{static_cast<unsigned>(reader.number(2))};
  reader.literal('T');
  const int hour = reader.number(2);
  reader.literal(':');
  const int minute = reader.number(2);
  reader.literal(':');
  const int second = reader.number(2);

  const year_month_day date{year, month, day};
  if (!reader.good() || !date.ok() || hour > 23 || minute > 59 || second > 59) {
    return std::nullopt;
  }
  Timestamp::TimePoint time = sys_days{date} + hours{hour} + minutes{minute} + seconds{second};
  if (reader.take_if('.')) {
    const auto fraction = read_fraction(reader);
    if (!fraction) {
      return std::nullopt;
    }
    time += *fraction;
  }
  const auto offset = read_offset(reader);
  if (!offset || !reader.good() || !reader.at_end()) {
    return std::nullopt;
  }
  time -= *offset;
  // An offset may lead out of the years that can be printed.
  if (time < first_printable || time > last_printable) {
    return std::nullopt;
  }
  return Timestamp{time};
}

/// Writes a number over zeros, up to that place.
void write_number(std::string& text, std::size_t end, std::int64_t number) {
  for (; number > 0; number /= 10) {
    text[--end] = static_cast<char>('0' + number % 10);
  }
}

}  // namespace

Result<Timestamp> Timestamp::parse(std::string_view text) {
  if (const auto time = read(text)) {
    return *time;
  }
  return Error{errc::invalid_timestamp, "expected a time such as 2026-01-31T23:59:59.123456Z"};
}

std::string Timestamp::to_string() const {
  const TimePoint time = std::clamp(time_, first_printable, last_printable);
  const auto day = std::chrono::floor<days>(time);
  const year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};

  std::string text = "0000-00-00T00:00:00.000000Z";
  write_number(text, 4, static_cast<int>(date.year()));
  write_number(text, 7, static_cast<unsigned>(date.month()));
  write_number(text, 10, static_cast<unsigned>(date.day()));
  write_number(text, 13, clock.hours().count());
  write_number(text, 16, clock.minutes().count());
  write_number(text, 19, clock.seconds().count());
  write_number(text, 26, clock.subseconds().count());
  return text;
}

std::ostream& operator<<(std::ostream& out, Timestamp time) { return out << time.to_string(); }

}  // namespace tenancy::inline v0
