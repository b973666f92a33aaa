#pragma once

#include <iosfwd>
#include <memory>
#include <string>

#include "tenancy/registry/authority.hpp"
#include "tenancy/storage/options.hpp"

#include "service/options.hpp"
#include "service/readiness.hpp"

namespace tenantd {

/// How the service's store behaves: a connection for each thread, and no snapshot is kept for much
/// longer than a query may take.
tenancy::StoreOptions store_options(const Options& options);

/// Opens the store and makes the directory for it, readable by its owner only, when it is missing.
/// Errors: `cannot_open`; otherwise those of `tenancy::open`.
tenancy::Result<tenancy::Authority> open_store(const Options& options);

/// Prints one more administrator's key. Errors: `invalid_argument` for the name; the store's.
tenancy::Result<void> print_new_administrator_key(const tenancy::Authority& authority,
                                                  const std::string& name, std::ostream& out);

/// Whether the store can do its work, and what keeps it from that goes to the log.
/// Ownership: borrows the authority.
std::shared_ptr<Readiness> watch(const tenancy::Authority& authority);

/// Makes the keys and the demo that a fresh store lacks, unless the options are against it, and
/// prints them with where to find the service. Of several that start at once, one does.
/// Errors: the store's.
tenancy::Result<void> print_welcome(const tenancy::Authority& authority, const Options& options,
                                    const std::string& url_from_here, std::ostream& out);

}  // namespace tenantd
