#include "data/packed_values.hpp"

#include <bit>
#include <span>

namespace tenancy::inline v0::detail {
namespace {

Error malformed() { return Error{errc::invalid_cursor, "a cursor's values are malformed"}; }

std::uint64_t number_in(std::string_view bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    number |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return number;
}

}  // namespace

void append_number(std::string& to, std::uint64_t number) {
  for (std::size_t i = 0; i < sizeof(number); ++i) {
    to += static_cast<char>(static_cast<unsigned char>(number >> (8 * i)));
  }
}

void append_text(std::string& to, std::string_view text) {
  append_number(to, text.size());
  to += text;
}

void append_value(std::string& to, const ValueView& value) {
  to += static_cast<char>(value.type());
  switch (value.type()) {
    case ValueType::int64:
      return append_number(to, static_cast<std::uint64_t>(value.int64()));
    case ValueType::real:
      return append_number(to, std::bit_cast<std::uint64_t>(value.real()));
    case ValueType::text:
    case ValueType::blob:
      return append_text(to, value.bytes());
    default:
      return;
  }
}

std::string_view PackedReader::take(std::size_t size) {
  const std::string_view taken = text_.substr(0, size);
  text_.remove_prefix(size);
  return taken;
}

Result<OwnedValue> PackedReader::next() {
  if (text_.empty()) {
    return malformed();
  }
  const auto type = static_cast<ValueType>(take(1).front());
  if (type == ValueType::null) {
    return OwnedValue{ValueView::null()};
  }
  if (text_.size() < sizeof(std::uint64_t)) {
    return malformed();
  }
  const std::uint64_t number = number_in(take(sizeof(std::uint64_t)));
  switch (type) {
    case ValueType::int64:
      return OwnedValue{ValueView::int64(static_cast<std::int64_t>(number))};
    case ValueType::real:
      return OwnedValue{ValueView::real(std::bit_cast<double>(number))};
    case ValueType::text:
    case ValueType::blob: {
      if (number > text_.size()) {
        return malformed();
      }
      const std::string_view bytes = take(static_cast<std::size_t>(number));
      return OwnedValue{type == ValueType::text ? ValueView::text(bytes)
                                                : ValueView::blob(std::as_bytes(std::span{bytes}))};
    }
    default:
      return malformed();
  }
}

}  // namespace tenancy::inline v0::detail
