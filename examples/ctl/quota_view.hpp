#pragma once

#include <string>
#include <vector>

#include "ctl/output.hpp"
#include "ctl/quota_record.hpp"

namespace tenantctl {

/// What is known of it; the limit is null when there is none.
Json to_json(const QuotaRecord& quota);
Json to_json(const tenancy::QuotaReset& reset);

/// The cells of a table: what is not known is a hyphen.
std::vector<std::string> cells(const QuotaRecord& quota);

/// The same, a line for each thing.
std::string details(const QuotaRecord& quota);

}  // namespace tenantctl
