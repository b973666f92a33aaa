#pragma once

#include <memory>
#include <string_view>

#include "tenancy/registry/open.hpp"
#include "tenancy/storage/detail/store_opener.hpp"

namespace tenancy::inline v0::detail {

/// What a tenant's file is brought up to date by: the store's own steps and the host's, of which
/// those that were pending are applied, or refused.
FileSchema file_schema(const OpenOptions& options);

/// What `open` does before there is an authority: a store with its schema up to date, or looked at.
/// Errors: as `open`.
Result<std::shared_ptr<StoreBackend>> open_store(const StoreOpener& opener, std::string_view url,
                                                 OpenOptions& options);

}  // namespace tenancy::inline v0::detail
