#pragma once

#include <cstddef>
#include <string>

#include "ctl/failure.hpp"
#include "ctl/interruption.hpp"

namespace tenantctl {

/// A line of standard input, without its end; as much of a longer one as is allowed.
/// Errors: `cancelled` on a signal; `input`.
Outcome<std::string> read_line(const Interruption& interruption, std::size_t most);

/// All of standard input, or as much as is allowed. Errors: as above.
Outcome<std::string> read_all(const Interruption& interruption, std::size_t most);

}  // namespace tenantctl
