#pragma once

#include <optional>
#include <string_view>

namespace tenancy::inline v0::detail::sqlite {

/// What is said of one mounted filesystem. The texts are as they stand in the table: blanks and
/// backslashes in them are escaped.
struct Mount {
  std::string_view type;    ///< `ext4`, `nfs4`, `fuse.sshfs`
  std::string_view source;  ///< A device, a server's folder, or whatever the filesystem says.
};

/// Finds a filesystem by the number of its device, in the form `MAJOR:MINOR`, in the text of
/// `/proc/self/mountinfo`. That number tells filesystems apart exactly, where paths must be
/// resolved, may be bound to several places and be mounted over. Lines of another form are passed
/// over.
///
/// Isolation: the text is outside bytes. Ownership: the views are of the text.
/// Source: proc_pid_mountinfo(5).
std::optional<Mount> find_mount(std::string_view mountinfo, std::string_view device) noexcept;

}  // namespace tenancy::inline v0::detail::sqlite
