#include "storage/postgres/query_values.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string_view>

namespace tenancy::inline v0::detail::postgres {
namespace {

// Of `pg_type`, whose numbers never change.
constexpr Oid bool_type = 16;
constexpr Oid bytea_type = 17;
constexpr Oid int8_type = 20;
constexpr Oid int2_type = 21;
constexpr Oid int4_type = 23;
constexpr Oid float4_type = 700;
constexpr Oid float8_type = 701;
constexpr Oid numeric_type = 1700;

template <class Number>
bool read_number(std::string_view text, Number& number) noexcept {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc{} && read.ptr == text.data() + text.size();
}

ValueView integer(std::string_view text) noexcept {
  std::int64_t number = 0;
  return read_number(text, number) ? ValueView::int64(number) : ValueView::impossible();
}

/// Not a number is NULL, and what no double holds is infinite or nothing.
ValueView real(std::string_view text) noexcept {
  double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec == std::errc::result_out_of_range) {
    const bool is_small = text.find("0.0") < 2;
    const double most = text.starts_with('-') ? -std::numeric_limits<double>::infinity()
                                              : std::numeric_limits<double>::infinity();
    return ValueView::real(is_small ? 0.0 : most);
  }
  if (read.ec != std::errc{}) {
    return ValueView::impossible();
  }
  return std::isnan(number) ? ValueView::null() : ValueView::real(number);
}

int digit(char letter) noexcept { return letter <= '9' ? letter - '0' : letter - 'a' + 10; }

}  // namespace

ValueView QueryRow::value_of(Oid type, std::string_view text, std::string& bytes) const {
  switch (type) {
    case bool_type:
      return ValueView::int64(text == "t" ? 1 : 0);
    case int2_type:
    case int4_type:
    case int8_type:
      return integer(text);
    case float4_type:
    case float8_type:
      return real(text);
    case numeric_type: {
      const auto whole = integer(text);
      return whole.type() == ValueType::int64 ? whole : real(text);
    }
    case bytea_type:
      if (!text.starts_with("\\x")) {
        return ValueView::impossible();
      }
      bytes.clear();
      for (std::size_t at = 2; at + 1 < text.size(); at += 2) {
        bytes += static_cast<char>(digit(text[at]) * 16 + digit(text[at + 1]));
      }
      return ValueView::blob(std::as_bytes(std::span{bytes}));
    default:
      return ValueView::text(text);
  }
}

void QueryRow::read(const PGresult* result, int row) {
  const auto count = static_cast<std::size_t>(PQnfields(result));
  values_.assign(count, ValueView::null());
  bytes_.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    const int column = static_cast<int>(i);
    if (PQgetisnull(result, row, column) == 0) {
      values_[i] = value_of(PQftype(result, column),
                            {PQgetvalue(result, row, column),
                             static_cast<std::size_t>(PQgetlength(result, row, column))},
                            bytes_[i]);
    }
  }
}

Oid type_of_parameter(const ValueView& value) noexcept {
  switch (value.type()) {
    case ValueType::int64:
      return value.int64() >= std::numeric_limits<std::int32_t>::min() &&
                     value.int64() <= std::numeric_limits<std::int32_t>::max()
                 ? int4_type
                 : int8_type;
    case ValueType::real:
      return float8_type;
    case ValueType::blob:
      return bytea_type;
    default:
      return 0;
  }
}

}  // namespace tenancy::inline v0::detail::postgres
