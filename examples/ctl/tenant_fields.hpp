#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/failure.hpp"
#include "ctl/interruption.hpp"

namespace tenantctl {

/// Metadata as the command line names it: the JSON itself, `@FILE`, or `-` for standard input.
/// Errors: `input`, when it cannot be read; `cancelled`; usage, when there
/// is more than the library takes.
Outcome<std::string> read_metadata(const std::string& argument, const Interruption& interruption);

/// `NAME=ID` each. Errors: usage, also for a name that stands twice.
Outcome<std::map<std::string, std::string>> parse_workflows(const std::vector<std::string>& texts);

}  // namespace tenantctl
