#include "folder_on_disk.hpp"

#include <cstdlib>

#include <linux/magic.h>
#include <sys/vfs.h>

#include "give_up.hpp"

namespace tenancy_bench {

std::filesystem::path folder_on_disk() {
  const char* const wanted = std::getenv("TMPDIR");
  std::filesystem::path folder = wanted != nullptr ? wanted : "/var/tmp";
  struct statfs system {};
  if (::statfs(folder.c_str(), &system) != 0 || system.f_type == TMPFS_MAGIC ||
      system.f_type == RAMFS_MAGIC) {
    give_up(folder.string() + " is not on a disk: let TMPDIR name a folder that is");
  }
  return folder;
}

}  // namespace tenancy_bench
