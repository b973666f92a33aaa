#pragma once

#include <optional>

#include "tenancy/data/versioned.hpp"

#include "service/http/problem.hpp"

namespace tenantd {

/// The answer with the version of what it shows as its `ETag`.
Response with_version(Response response, tenancy::RowVersion version);

/// The version that `If-Match` asks for; none when any will do. A tag that this service never gave
/// out is a version that no row has.
/// Errors: 400 for a header that stands twice or names several tags.
/// Source: RFC 9110 §13.1.1.
Reply<std::optional<tenancy::RowVersion>> required_version(const Request& request);

}  // namespace tenantd
