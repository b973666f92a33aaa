#include "tenancy/storage/detail/store_opener.hpp"

#include <algorithm>

#include "storage/sqlite/sqlite_opener.hpp"
#include "storage/sqlite_silo/silo_opener.hpp"

namespace tenancy::inline v0::detail {

Result<const StoreOpener*> find_opener(std::string_view url, std::span<const StoreKind> kinds) {
  static const sqlite::SqliteOpener sqlite_opener;
  if (sqlite_opener.takes(url)) {
    return &sqlite_opener;
  }
  static const silo::SiloOpener silo_opener;
  if (silo_opener.takes(url)) {
    return &silo_opener;
  }
  const auto found =
      std::ranges::find_if(kinds, [&](const StoreKind& kind) { return kind.opener().takes(url); });
  if (found == kinds.end()) {
    return Error{
        errc::invalid_url,
        "a store's URL is 'sqlite:FILE', 'sqlite::memory:' or 'sqlite-silo:DIR', or one of the "
        "kinds of stores in OpenOptions::kinds, such as tenancy::postgres::store_kind(); this one "
        "has another scheme"};
  }
  return &found->opener();
}

}  // namespace tenancy::inline v0::detail
