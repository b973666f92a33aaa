#pragma once

#include <cstdint>
#include <string_view>

#include "deployment.hpp"

namespace tenancy_bench {

/// Something of every column of every row, in their order: what a visit does with a row.
class Checksum {
 public:
  void add(const Deployment& row) noexcept {
    add(row.id);
    add(row.project_name);
    add(row.status);
    add(row.url ? std::string_view{*row.url} : std::string_view{});
    add(static_cast<std::uint64_t>(row.created_at.microseconds()));
    add(static_cast<std::uint64_t>(row.updated_at.microseconds()));
  }

  [[nodiscard]] std::uint64_t value() const noexcept { return value_; }

 private:
  void add(std::uint64_t number) noexcept { value_ = (value_ ^ number) * 0x100000001B3U; }
  /// Length and last character, so that visiting costs little beside reading.
  void add(std::string_view text) noexcept {
    add(text.size() << 8 | (text.empty() ? 0U : static_cast<unsigned char>(text.back())));
  }

  std::uint64_t value_ = 0xCBF29CE484222325U;
};

}  // namespace tenancy_bench
