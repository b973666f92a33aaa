#pragma once

#include <vector>

#include "tenancy/migrate/schema_policy.hpp"
#include "tenancy/migrate/verify_schema.hpp"

#include "migrate/catalogue.hpp"

namespace tenancy::inline v0::detail {

/// Holds the views and triggers against the rules and the policy, and the policy against what is
/// there.
std::vector<SchemaFinding> judge_views_and_triggers(const Catalogue& catalogue,
                                                    const SchemaPolicy& policy);

}  // namespace tenancy::inline v0::detail
