#pragma once

#include <string>

namespace tenantctl {

/// What the system calls the user that this process runs as; `uid-1000` when it has no name. The
/// environment, which anybody sets, is not asked.
std::string login_name();

}  // namespace tenantctl
