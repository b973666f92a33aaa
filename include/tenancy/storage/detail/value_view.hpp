#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tenancy::inline v0::detail {

enum class ValueType : std::uint8_t {
  missing = 0,  ///< Nobody has said yet.
  null,
  int64,
  real,
  text,
  blob,
  impossible,  ///< There is no stored form, or none that can be read.
};

/// A value on its way between a member and the engine; texts and blobs are borrowed.
class ValueView {
 public:
  /// Without a value when it is initialised with braces, and otherwise anything.
  ValueView() noexcept = default;

  static constexpr ValueView null() noexcept { return ValueView{ValueType::null}; }
  static constexpr ValueView impossible() noexcept { return ValueView{ValueType::impossible}; }
  static constexpr ValueView int64(std::int64_t value) noexcept {
    ValueView view{ValueType::int64};
    view.payload_.int64 = value;
    return view;
  }
  static constexpr ValueView real(double value) noexcept {
    ValueView view{ValueType::real};
    view.payload_.real = value;
    return view;
  }
  static constexpr ValueView text(std::string_view value) noexcept {
    return ValueView{ValueType::text, value.data(), value.size()};
  }
  static ValueView blob(std::span<const std::byte> value) noexcept {
    return ValueView{ValueType::blob, reinterpret_cast<const char*>(value.data()), value.size()};
  }

  [[nodiscard]] constexpr ValueType type() const noexcept { return type_; }
  /// Whether an engine can take it.
  [[nodiscard]] constexpr bool is_storable() const noexcept {
    return type_ != ValueType::missing && type_ != ValueType::impossible;
  }

  // Each only for its type.
  [[nodiscard]] constexpr std::int64_t int64() const noexcept { return payload_.int64; }
  [[nodiscard]] constexpr double real() const noexcept { return payload_.real; }
  /// The bytes of a text or a blob.
  [[nodiscard]] constexpr std::string_view bytes() const noexcept { return {payload_.data, size_}; }
  [[nodiscard]] std::span<const std::byte> blob() const noexcept {
    return std::as_bytes(std::span{payload_.data, size_});
  }

 private:
  constexpr explicit ValueView(ValueType type, const char* data = nullptr,
                               std::size_t size = 0) noexcept
      : payload_{.data = data}, size_{size}, type_{type} {}

  union Payload {
    std::int64_t int64;
    double real;
    const char* data;
  };

  Payload payload_;
  std::size_t size_;
  ValueType type_;
};

/// The same with texts and blobs of its own.
class OwnedValue {
 public:
  explicit OwnedValue(const ValueView& value) : view_{value} {
    if (value.type() == ValueType::text || value.type() == ValueType::blob) {
      bytes_ = value.bytes();
    }
  }

  /// Borrows from here.
  [[nodiscard]] ValueView view() const noexcept {
    switch (view_.type()) {
      case ValueType::text:
        return ValueView::text(bytes_);
      case ValueType::blob:
        return ValueView::blob(std::as_bytes(std::span{bytes_}));
      default:
        return view_;
    }
  }

 private:
  ValueView view_;
  std::string bytes_;
};

}  // namespace tenancy::inline v0::detail
