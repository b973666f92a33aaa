#pragma once

#include <string>

#include "tenancy/core/clock.hpp"
#include "tenancy/registry/api_key.hpp"

#include "ctl/output.hpp"

namespace tenantctl {

/// Without its text, which nobody has.
Json to_json(const tenancy::ApiKey& key, tenancy::Timestamp now);

/// All of a key, a line for each thing.
std::string details(const tenancy::ApiKey& key, tenancy::Timestamp now);

}  // namespace tenantctl
