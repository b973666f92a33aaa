#pragma once

#include <memory>
#include <string_view>

#include "tenancy/registry/open.hpp"
#include "tenancy/storage/detail/store_opener.hpp"

namespace tenancy::inline v0::detail {

/// What a tenant's file is brought up to date by: the store's own steps and the host's, of which
/// those that were pending are applied, or refused.
/// The listener, which may be empty, is told of each step on whatever thread comes to the file.
FileSchema file_schema(const OpenOptions& options, MigrationListener listener);

/// What `open` does before there is an authority: a store with its schema up to date, or looked at.
/// `of_files` is told, for as long as the store lives, of steps in tenants' files.
/// Errors: as `open`.
Result<std::shared_ptr<StoreBackend>> open_store(const StoreOpener& opener, std::string_view url,
                                                 OpenOptions& options,
                                                 MigrationListener of_files = nullptr);

}  // namespace tenancy::inline v0::detail
