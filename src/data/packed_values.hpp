#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tenancy/core/result.hpp"
#include "tenancy/storage/detail/value_view.hpp"

namespace tenancy::inline v0::detail {

// Values one after the other in a text, each with its type and its length, so that no two lists of
// values are alike. Numbers are little-endian.

void append_number(std::string& to, std::uint64_t number);
void append_text(std::string& to, std::string_view text);
void append_value(std::string& to, const ValueView& value);

/// Reads what was appended. Ownership: borrows the text.
class PackedReader {
 public:
  explicit PackedReader(std::string_view text) : text_{text} {}

  /// Errors: `invalid_cursor`, whatever is wrong with it.
  Result<OwnedValue> next();
  [[nodiscard]] bool at_end() const noexcept { return text_.empty(); }

 private:
  std::string_view take(std::size_t size);

  std::string_view text_;
};

}  // namespace tenancy::inline v0::detail
