#include "storage/sqlite/filesystem.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <string>

#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>

#include "core/file.hpp"

namespace tenancy::inline v0::detail::sqlite {
namespace {

constexpr std::uint32_t fuse_type = 0x65735546;

// Written out, since <linux/magic.h> knows few of them. Source: statfs(2), and the headers of the
// filesystems that are no part of the kernel.
constexpr std::array<std::uint32_t, 24> network_types{
    0x0000517B,  // SMB
    0x0000564C,  // NCP
    0x00006969,  // NFS
    0x00C36400,  // Ceph
    0x01021997,  // 9p
    0x01161970,  // GFS2
    0x013111A8,  // IBRIX
    0x0BD00BD0,  // Lustre
    0x19830326,  // BeeGFS
    0x20030528,  // OrangeFS
    0x47504653,  // GPFS
    0x5346414F,  // AFS
    0x61636673,  // ACFS
    0x6B414653,  // AFS of the kernel
    0x73757245,  // Coda
    0x7461636F,  // OCFS2
    0x786F4256,  // folders of VirtualBox
    0x7C7C6673,  // folders of Parallels
    0xA501FCF5,  // VxFS
    0xAAD7AAEA,  // PanFS
    0xBACBACBC,  // folders of VMware
    0xBEEFDEAD,  // StorNext
    0xFE534D42,  // SMB 2 and later
    0xFF534D42,  // CIFS
};

constexpr std::array<std::string_view, 36> network_fuse_types{
    "afpfs",     "blobfuse",      "blobfuse2",    "ceph",        "ceph-fuse",  "cifs",
    "curlftpfs", "cvmfs2",        "davfs",        "davfs2",      "gcsfuse",    "geesefs",
    "glusterfs", "goofys",        "google-drive", "grpcfuse",    "gvfsd-fuse", "hdfs",
    "httpfs",    "juicefs",       "kio-fuse",     "lizardfs",    "mfs",        "moosefs",
    "osxfs",     "rclone",        "s3fs",         "s3ql",        "seaweedfs",  "smbnetfs",
    "sshfs",     "mountpoint-s3", "mfsmount",     "vmhgfs-fuse", "weed",       "xtreemfs",
};

Error cannot_examine(const std::filesystem::path& path) {
  return Error{errc::cannot_open,
               path.string() + " cannot be examined: " + last_system_error().message()};
}

Error unsupported(const std::filesystem::path& path, std::string_view what) {
  return Error{errc::unsupported_filesystem,
               path.string() + " lies on " + std::string{what} +
                   ", where locks or shared memory do not hold between machines and a database "
                   "gets corrupted: put it on a local disk"};
}

Result<void> check_fuse(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    return cannot_examine(path);
  }
  const std::string device =
      std::to_string(major(status.st_dev)) + ":" + std::to_string(minor(status.st_dev));
  std::ifstream stream{"/proc/self/mountinfo", std::ios::binary};
  const std::string table{std::istreambuf_iterator<char>{stream}, {}};
  const auto mount = find_mount(table, device);
  if (!mount) {
    return Error{errc::unsupported_filesystem,
                 path.string() +
                     " lies on a FUSE filesystem, and /proc/self/mountinfo does not say of which "
                     "type: mount /proc, or put the database on a local disk"};
  }
  if (is_network_mount(*mount)) {
    return unsupported(path, "a network filesystem (" + std::string{mount->type} + ")");
  }
  return success();
}

}  // namespace

FilesystemKind judge_filesystem(std::uint32_t type) noexcept {
  if (type == fuse_type) {
    return FilesystemKind::in_userland;
  }
  return std::ranges::find(network_types, type) != network_types.end() ? FilesystemKind::network
                                                                       : FilesystemKind::local;
}

bool is_network_mount(const Mount& mount) noexcept {
  constexpr std::string_view prefix = "fuse.";
  // Some say who they are in the place of the source alone.
  const auto name = mount.type.starts_with(prefix) ? mount.type.substr(prefix.size())
                    : mount.type == "fuse"         ? mount.source.substr(0, mount.source.find(':'))
                                                   : mount.type;
  return std::ranges::find(network_fuse_types, name) != network_fuse_types.end();
}

Result<void> check_filesystem(const std::filesystem::path& path) {
  struct statfs filesystem {};
  struct statvfs flags {};
  if (::statfs(path.c_str(), &filesystem) != 0 || ::statvfs(path.c_str(), &flags) != 0) {
    return cannot_examine(path);
  }
  // The field is signed on some machines and wider than the number on most.
  switch (judge_filesystem(static_cast<std::uint32_t>(filesystem.f_type))) {
    case FilesystemKind::local:
      break;
    case FilesystemKind::network:
      return unsupported(path, "a network filesystem");
    case FilesystemKind::in_userland:
      BOOST_OUTCOME_TRY(check_fuse(path));
      break;
  }
  if ((flags.f_flag & ST_RDONLY) != 0) {
    return Error{errc::storage_read_only,
                 path.string() +
                     " lies on a medium that is mounted read-only: mount it for writing, or copy "
                     "the database to one that is"};
  }
  return success();
}

}  // namespace tenancy::inline v0::detail::sqlite
