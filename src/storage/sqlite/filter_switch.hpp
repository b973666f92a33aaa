#pragma once

namespace tenancy::inline v0::detail::sqlite {

/// `SQLITE_BloomFilter` among the optimizations that SQLite can do without, a switch for tests
/// alone whose meaning may change.
inline constexpr unsigned bloom_filters = 0x00080000;

/// Whether these switches keep the SQLite that runs from filling Bloom filters, which it fills
/// without them. It is tried on a database of its own, in memory; no where that fails.
bool stops_filters(unsigned switches);

/// Whether `bloom_filters` is the switch that it is taken for in this version of SQLite: it is the
/// one that queries were compared in, and the switch does what it is to do. `version` as
/// `sqlite3_libversion_number` tells it.
bool knows_filter_switch(int version);

}  // namespace tenancy::inline v0::detail::sqlite
