#pragma once

#include <string_view>

namespace tenantd {

/// Tells the service manager how things stand, as in `READY=1`, when it wants to know: when it has
/// put the address of its socket into `NOTIFY_SOCKET`. Source: sd_notify(3).
void notify_manager(std::string_view state) noexcept;

}  // namespace tenantd
