#pragma once

#include "storage/postgres/connection.hpp"

namespace tenancy::inline v0::detail::postgres {

/// What is told of a query of a tenant's that failed. Isolation: of the server's own words those
/// that are about the text alone, and no value.
Error to_query_error(const ExchangeFailure& failure);

}  // namespace tenancy::inline v0::detail::postgres
