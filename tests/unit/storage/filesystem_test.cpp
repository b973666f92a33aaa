#include "storage/sqlite/filesystem.hpp"

#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <linux/magic.h>

#include "storage/sqlite/mount_table.hpp"
#include "support/child_process.hpp"
#include "support/mounts.hpp"
#include "support/must.hpp"
#include "support/temporary_folder.hpp"

namespace sqlite = tenancy::detail::sqlite;
using sqlite::check_filesystem;
using sqlite::FilesystemKind;
using sqlite::find_mount;
using sqlite::is_network_mount;
using sqlite::judge_filesystem;

namespace {

constexpr std::string_view table =
    "22 28 0:20 / /sys rw,nosuid shared:7 - sysfs sysfs rw\n"
    "28 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
    "40 28 0:44 / /home/a\\040b rw shared:9 master:3 propagate_from:2 - fuse.sshfs "
    "box:/home\\040b rw,user_id=0\n"
    "41 28 0:45 / /mnt/plain rw - fuse rclone:bucket rw\n"
    "42 28 0:46 / /mnt/local rw - fuseblk /dev/sdb1 rw\n";

bool is_network(std::string_view type, std::string_view source = "x") {
  return is_network_mount({type, source});
}

std::string said_of(const std::filesystem::path& path) {
  const auto checked = check_filesystem(path);
  return checked ? "fine" : checked.error().to_string();
}

}  // namespace

TEST_CASE("filesystems that machines share are network filesystems") {
  constexpr std::uint32_t smb2 = 0xFE534D42;
  constexpr std::uint32_t cifs = 0xFF534D42;
  constexpr std::uint32_t lustre = 0x0BD00BD0;
  constexpr std::uint32_t beegfs = 0x19830326;
  constexpr std::uint32_t gfs2 = 0x01161970;
  for (const std::uint32_t type :
       {std::uint32_t{NFS_SUPER_MAGIC}, std::uint32_t{SMB_SUPER_MAGIC}, smb2, cifs,
        std::uint32_t{AFS_SUPER_MAGIC}, std::uint32_t{CODA_SUPER_MAGIC},
        std::uint32_t{OCFS2_SUPER_MAGIC}, std::uint32_t{V9FS_MAGIC}, std::uint32_t{0x00C36400},
        lustre, beegfs, gfs2}) {
    CAPTURE(type);
    CHECK(judge_filesystem(type) == FilesystemKind::network);
  }
}

TEST_CASE("filesystems of one machine are local") {
  for (const std::uint32_t type :
       {std::uint32_t{EXT4_SUPER_MAGIC}, std::uint32_t{XFS_SUPER_MAGIC},
        std::uint32_t{BTRFS_SUPER_MAGIC}, std::uint32_t{TMPFS_MAGIC},
        std::uint32_t{OVERLAYFS_SUPER_MAGIC}, std::uint32_t{F2FS_SUPER_MAGIC},
        std::uint32_t{MSDOS_SUPER_MAGIC}, std::uint32_t{0x2FC12FC1}}) {
    CAPTURE(type);
    CHECK(judge_filesystem(type) == FilesystemKind::local);
  }
  CHECK(judge_filesystem(0x65735546) == FilesystemKind::in_userland);
}

TEST_CASE("of FUSE filesystems those that fetch files from elsewhere are refused") {
  for (const std::string_view type : {"fuse.sshfs", "fuse.glusterfs", "fuse.s3fs", "fuse.rclone"}) {
    CAPTURE(type);
    CHECK(is_network(type));
  }
  for (const std::string_view type :
       {"fuse", "fuseblk", "fuse.ntfs-3g", "fuse.encfs", "fuse.gocryptfs", "virtiofs", ""}) {
    CAPTURE(type);
    CHECK_FALSE(is_network(type));
  }
  // Some name themselves only as what is mounted.
  CHECK(is_network("fuse", "mountpoint-s3"));
  CHECK(is_network("fuse", "rclone:bucket"));
  CHECK_FALSE(is_network("fuse.encfs", "rclone:bucket"));
}

TEST_CASE("a mount is found by its device, whatever optional fields stand in its line") {
  const auto type_of = [](std::string_view device) {
    const auto mount = find_mount(table, device);
    return mount ? std::string{mount->type} + " " + std::string{mount->source} : "none";
  };
  CHECK(type_of("8:1") == "ext4 /dev/sda1");
  CHECK(type_of("0:20") == "sysfs sysfs");
  CHECK(type_of("0:44") == "fuse.sshfs box:/home\\040b");
  CHECK(type_of("0:45") == "fuse rclone:bucket");
  CHECK(type_of("0:46") == "fuseblk /dev/sdb1");
  CHECK(type_of("0:4") == "none");
  CHECK(type_of("") == "none");
}

TEST_CASE("lines that are cut off or of another form are passed over") {
  for (const std::string_view text :
       {"", "\n", "40", "40 28 0:44", "40 28 0:44 / /home rw", "40 28 0:44 / /home rw -",
        "40 28 0:44 / /home rw - ", "40 28 0:44 / /home rw shared:1 master:2", "0:44",
        " \n 0:44"}) {
    CAPTURE(text);
    CHECK_FALSE(find_mount(text, "0:44").has_value());
  }
  CHECK(find_mount("junk\n40 28 0:44 / /home rw - fuse.x", "0:44")->type == "fuse.x");
}

TEST_CASE("a mounted path cannot pass for the mark before the type") {
  const auto mount = find_mount("1 2 0:5 / - rw - nfs4 a:/b rw\n", "0:5");
  REQUIRE(mount.has_value());
  CHECK(mount->type == "nfs4");
}

TEST_CASE("a path whose filesystem cannot be asked for is not taken for a local one") {
  const tenancy_test::TemporaryFolder folder;
  CHECK(said_of(folder.path()) == "fine");
  CHECK(tenancy_test::code_of(check_filesystem(folder / "none")) == tenancy::errc::cannot_open);
}

TEST_CASE("a FUSE filesystem of which nobody says the type is refused") {
  if (!std::filesystem::exists("/dev/fuse")) {
    MESSAGE("there is no /dev/fuse to mount with");
    return;
  }
  const tenancy_test::TemporaryFolder folder;
  const auto said_with = [&](tenancy_test::Attributes attributes, bool with_proc) {
    return tenancy_test::text_from_child([&]() -> std::string {
      tenancy_test::enter_private_mounts();
      tenancy_test::mount_fuse(folder.path(), "fuse.encfs", attributes);
      if (!with_proc) {
        tenancy_test::mount_tmpfs("/proc");
      }
      return said_of(folder.path());
    });
  };
  using tenancy_test::Attributes;
  CHECK(said_with(Attributes::told, true) == "fine");
  const std::string hidden = said_with(Attributes::told, false);
  CAPTURE(hidden);
  CHECK(hidden.find("storage/unsupported_filesystem") != std::string::npos);
  CHECK(hidden.find("mount /proc") != std::string::npos);
  const std::string refused = said_with(Attributes::refused, true);
  CAPTURE(refused);
  CHECK(refused.find("storage/cannot_open") != std::string::npos);
  CHECK(refused.find("cannot be examined") != std::string::npos);
}
