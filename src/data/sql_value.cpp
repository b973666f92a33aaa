#include "tenancy/data/sql_value.hpp"

namespace tenancy::inline v0 {

using detail::ValueType;
using detail::ValueView;

ValueView SqlValue::view() const noexcept {
  if (const auto* const integer = std::get_if<std::int64_t>(&value_)) {
    return ValueView::int64(*integer);
  }
  if (const auto* const real = std::get_if<double>(&value_)) {
    return ValueView::real(*real);
  }
  if (const auto* const text = std::get_if<std::string>(&value_)) {
    return ValueView::text(*text);
  }
  if (const auto* const bytes = std::get_if<Bytes>(&value_)) {
    return ValueView::blob(*bytes);
  }
  return ValueView::null();
}

SqlValue SqlValue::of(const ValueView& value) {
  switch (value.type()) {
    case ValueType::int64:
      return SqlValue{value.int64()};
    case ValueType::real:
      return SqlValue{value.real()};
    case ValueType::text:
      return SqlValue{std::string{value.bytes()}};
    case ValueType::blob:
      return SqlValue{Bytes{value.blob().begin(), value.blob().end()}};
    default:
      return SqlValue{};
  }
}

}  // namespace tenancy::inline v0
