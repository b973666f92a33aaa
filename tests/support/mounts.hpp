#pragma once

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <linux/fuse.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tenancy_test {

inline void require_system(bool done, const char* what) {
  if (!done) {
    throw std::system_error{errno, std::system_category(), what};
  }
}

/// Gives this process mounts of its own, which end with it and which no other process sees. For a
/// child process; without root it becomes root in a user namespace of its own.
inline void enter_private_mounts() {
  const uid_t user = ::geteuid();
  const gid_t group = ::getegid();
  require_system(::unshare(CLONE_NEWNS | (user == 0 ? 0 : CLONE_NEWUSER)) == 0, "unshare");
  if (user != 0) {
    std::ofstream{"/proc/self/setgroups"} << "deny";
    std::ofstream{"/proc/self/uid_map"} << "0 " << user << " 1";
    std::ofstream{"/proc/self/gid_map"} << "0 " << group << " 1";
  }
  require_system(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0, "private");
}

inline void mount_tmpfs(const std::filesystem::path& folder) {
  require_system(::mount("test", folder.c_str(), "tmpfs", 0, "size=8m,mode=700") == 0, "tmpfs");
}

inline void remount_read_only(const std::filesystem::path& folder) {
  require_system(::mount(nullptr, folder.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) == 0,
                 "remount");
}

/// Whether a filesystem says what kind its folder is.
enum class Attributes { told, refused };

/// Answers for a FUSE filesystem that holds an empty folder, until the process is ended with its
/// parent.
[[noreturn]] inline void serve_empty_folder(int device, Attributes attributes) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  alignas(fuse_in_header) static char request[FUSE_MIN_READ_BUFFER * 32];
  while (true) {
    const ssize_t size = ::read(device, request, sizeof request);
    if (size < static_cast<ssize_t>(sizeof(fuse_in_header))) {
      ::_exit(EXIT_FAILURE);
    }
    const auto& header = *reinterpret_cast<const fuse_in_header*>(request);
    struct Reply {
      fuse_out_header header;
      union {
        fuse_init_out init;
        fuse_attr_out attributes;
        fuse_statfs_out filesystem;
        fuse_open_out opened;
      } body;
    } reply{};
    std::size_t body = 0;
    switch (header.opcode) {
      case FUSE_INIT:
        reply.body.init.major = FUSE_KERNEL_VERSION;
        reply.body.init.minor = 31;
        reply.body.init.max_write = 4096;
        body = sizeof reply.body.init;
        break;
      case FUSE_GETATTR:
        if (attributes == Attributes::refused) {
          reply.header.error = -EIO;
          break;
        }
        reply.body.attributes.attr.ino = 1;
        reply.body.attributes.attr.mode = S_IFDIR | 0700;
        reply.body.attributes.attr.nlink = 2;
        body = sizeof reply.body.attributes;
        break;
      case FUSE_STATFS:
        body = sizeof reply.body.filesystem;
        break;
      case FUSE_LOOKUP:
        reply.header.error = -ENOENT;
        break;
      case FUSE_FORGET:
      case FUSE_BATCH_FORGET:
        continue;
      default:
        reply.header.error = -ENOSYS;
        break;
    }
    reply.header.unique = header.unique;
    reply.header.len = static_cast<std::uint32_t>(sizeof reply.header + body);
    if (::write(device, &reply, reply.header.len) < 0 && errno != ENOENT) {
      ::_exit(EXIT_FAILURE);
    }
  }
}

/// Mounts an empty FUSE filesystem of that type, such as `fuse.sshfs`.
inline void mount_fuse(const std::filesystem::path& folder, const std::string& type,
                       Attributes attributes = Attributes::told) {
  const int device = ::open("/dev/fuse", O_RDWR | O_CLOEXEC);
  require_system(device >= 0, "/dev/fuse");
  const std::string options =
      "fd=" + std::to_string(device) + ",rootmode=40700,user_id=0,group_id=0";
  require_system(::mount("elsewhere:", folder.c_str(), type.c_str(), MS_NOSUID | MS_NODEV,
                         options.c_str()) == 0,
                 "fuse");
  const pid_t server = ::fork();
  require_system(server >= 0, "fork");
  if (server == 0) {
    serve_empty_folder(device, attributes);
  }
  ::close(device);
}

}  // namespace tenancy_test
