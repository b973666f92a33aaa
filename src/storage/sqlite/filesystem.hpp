#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include "tenancy/core/result.hpp"

#include "storage/sqlite/mount_table.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// What a filesystem is to a database that relies on locks and shared memory.
enum class FilesystemKind : std::uint8_t {
  local,
  network,      ///< Shared between machines: locks or shared memory do not reach them all.
  in_userland,  ///< FUSE: its type in the table of mounts tells.
};

/// Judges the number that `statfs` gives for a type of filesystem.
FilesystemKind judge_filesystem(std::uint32_t type) noexcept;

/// Whether a FUSE filesystem is known to fetch its files from another machine.
bool is_network_mount(const Mount& mount) noexcept;

/// Whether the file or folder lies where SQLite can lock and share memory, and where it may be
/// written. No descriptor of it is opened.
/// Errors: `unsupported_filesystem`; `storage_read_only`; `cannot_open`.
Result<void> check_filesystem(const std::filesystem::path& path);

}  // namespace tenancy::inline v0::detail::sqlite
