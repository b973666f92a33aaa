#pragma once

#include <cstdint>

namespace tenancy::inline v0 {

/// A place in a source file, captured by default arguments as `std::source_location` does.
///
/// Clang 14 has no `std::source_location`; the compiler intrinsics it stands on exist everywhere.
///
/// Ownership: points at string literals, so copies are free and never dangle.
class SourceLocation {
 public:
  static constexpr SourceLocation current(const char* file = __builtin_FILE(),
                                          const char* function = __builtin_FUNCTION(),
                                          std::uint32_t line = __builtin_LINE()) noexcept {
    return SourceLocation{file, function, line};
  }

  [[nodiscard]] constexpr const char* file() const noexcept { return file_; }
  [[nodiscard]] constexpr const char* function() const noexcept { return function_; }
  [[nodiscard]] constexpr std::uint32_t line() const noexcept { return line_; }

 private:
  constexpr SourceLocation(const char* file, const char* function, std::uint32_t line) noexcept
      : file_{file}, function_{function}, line_{line} {}

  const char* file_;
  const char* function_;
  std::uint32_t line_;
};

}  // namespace tenancy::inline v0
