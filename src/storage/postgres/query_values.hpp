#pragma once

#include <span>
#include <string>
#include <vector>

#include <libpq-fe.h>

#include "tenancy/storage/detail/value_view.hpp"

namespace tenancy::inline v0::detail::postgres {

/// A row of a result that came as texts, in the types that queries of tenants give: whole numbers
/// and truth values as integers, `numeric` as one where it is whole and fits and as a real number
/// otherwise, bytes, and all else as the server writes it.
///
/// Ownership: the values borrow from the result, and from here. Thread safety: thread-compatible.
class QueryRow {
 public:
  void read(const PGresult* result, int row);
  [[nodiscard]] std::span<const ValueView> values() const noexcept { return values_; }

 private:
  [[nodiscard]] ValueView value_of(Oid type, std::string_view text, std::string& bytes) const;

  std::vector<ValueView> values_;
  std::vector<std::string> bytes_;  ///< Of those columns that are bytes.
};

/// The type that a parameter has by its value: that of a literal. Zero leaves it to the server.
[[nodiscard]] Oid type_of_parameter(const ValueView& value) noexcept;

}  // namespace tenancy::inline v0::detail::postgres
