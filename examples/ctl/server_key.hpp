#pragma once

#include <string>

#include "tenancy/core/secret_bytes.hpp"

#include "ctl/failure.hpp"
#include "ctl/interruption.hpp"

namespace tenantctl {

/// The key for a server: the first line of a file that only its owner can read, or of standard
/// input for `-`; where no file is named, what `TENANTCTL_KEY` holds. Arguments are seen by every
/// user of the machine, so there is no option for the key itself.
/// Errors: usage, also for a file that others can read; `input`; `cancelled`.
Outcome<tenancy::SecretBytes> load_server_key(const std::string& file,
                                              const Interruption& interruption);

}  // namespace tenantctl
