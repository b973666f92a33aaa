#pragma once

#include <string>

namespace tenancy_bench {

/// Ends the program, saying why: figures of a run that did something else than it says are worse
/// than none.
[[noreturn]] void give_up(const std::string& reason);

}  // namespace tenancy_bench
