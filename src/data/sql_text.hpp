#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "tenancy/data/detail/entity_layout.hpp"

namespace tenancy::inline v0::detail {

/// SQL under construction. Parameter 1 is the tenant's; the others are numbered as they come.
class SqlText {
 public:
  SqlText& operator<<(std::string_view text) {
    text_ += text;
    return *this;
  }
  /// Names are those of mappings, which are checked when they are compiled.
  SqlText& identifier(std::string_view name) { return *this << "\"" << name << "\""; }

  [[nodiscard]] std::size_t next_parameter() { return ++parameters_; }
  SqlText& parameter(std::size_t number) { return *this << "?" << std::to_string(number); }
  SqlText& parameter() { return parameter(next_parameter()); }
  /// The next one, right behind the one that was written last. The engine keeps a name for each
  /// number, and looks through all of them for each: thousands cost it more than the statement
  /// does.
  SqlText& following_parameter() {
    ++parameters_;
    return *this << "?";
  }
  /// So many in parentheses, at least one.
  SqlText& parameters(std::size_t count) {
    *this << "(";
    parameter();
    for (std::size_t i = 1; i < count; ++i) {
      *this << ", ";
      following_parameter();
    }
    return *this << ")";
  }

  [[nodiscard]] std::string text() && { return std::move(text_); }

 private:
  std::string text_;
  std::size_t parameters_ = 1;
};

/// Begins a shape with the entity that it is of.
inline void append_identity(std::string& shape, const EntityLayout& layout) {
  const auto address = reinterpret_cast<std::uintptr_t>(&layout);
  shape.append(reinterpret_cast<const char*>(&address), sizeof(address));
}

}  // namespace tenancy::inline v0::detail
