#pragma once

#include <string>
#include <string_view>

#include "ctl/failure.hpp"
#include "ctl/pairing_record.hpp"

namespace tenantctl {

/// What an answer of the API says of a tenant and its messaging instance, read from its body. The
/// texts have only characters that such have, so that they can be shown and copied.
/// Errors: `answer`.
Outcome<PairedTenant> read_paired_tenant(std::string_view body);

/// The picture that a data URL of a PNG holds. Errors: `answer`.
Outcome<std::string> picture_of(std::string_view data_url);

}  // namespace tenantctl
