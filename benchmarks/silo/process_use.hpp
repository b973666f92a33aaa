#pragma once

#include <cstddef>

namespace tenancy_bench {

/// File descriptors that this process has open.
std::size_t open_descriptors();

/// Of this process's memory, what is not shared with files, in bytes.
std::size_t own_memory();

}  // namespace tenancy_bench
