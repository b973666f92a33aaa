#pragma once

#include <filesystem>

namespace tenancy_bench {

/// A folder whose files outlive the machine's being switched off; `TMPDIR` names another one. Ends
/// the program when that is not on a disk.
std::filesystem::path folder_on_disk();

}  // namespace tenancy_bench
