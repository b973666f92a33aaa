#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tenancy/core/secret_bytes.hpp"
#include "tenancy/storage/store_kind.hpp"

namespace tenantd {

/// What a store's URL may name beside SQLite: PostgreSQL, in programs that were built with it.
std::vector<tenancy::StoreKind> store_kinds(std::size_t max_connections);

/// Whether a store's URL names a file or a folder, in which the store's keys are, too.
bool is_of_files(std::string_view store_url) noexcept;

bool is_on_postgres(std::string_view store_url) noexcept;

/// The URL of a store on PostgreSQL with a password, which goes before one that it has.
std::string with_password(std::string store_url, const tenancy::SecretBytes& password);

}  // namespace tenantd
