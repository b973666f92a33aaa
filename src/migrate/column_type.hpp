#pragma once

#include <cstdint>
#include <string_view>

#include "tenancy/storage/storage_class.hpp"

namespace tenancy::inline v0::detail {

/// What SQLite makes of values that are written to a column.
enum class Affinity : std::uint8_t { none, integer, real, numeric, text, blob };

/// Source: https://www.sqlite.org/datatype3.html, 3.1, and
/// https://www.sqlite.org/stricttables.html.
Affinity affinity_of(std::string_view type, bool is_strict);

/// Whether a value comes back from such a column in the class that it was written in, whatever it
/// is. A text that looks like a number does not come back from a numeric column, nor does 1.0.
bool keeps(Affinity affinity, StorageClass stored) noexcept;

/// The same of a column of PostgreSQL, whose type is as `format_type` shows it.
bool keeps_on_postgres(std::string_view type, StorageClass stored) noexcept;

/// The type to declare there.
std::string_view postgres_type_of(StorageClass stored) noexcept;

/// The type to declare.
std::string_view type_of(StorageClass stored) noexcept;

/// The type of STRICT tables for what such a column of another table takes.
std::string_view strict_type_of(std::string_view type) noexcept;

}  // namespace tenancy::inline v0::detail
