#pragma once

#include <cstdint>
#include <filesystem>
#include <utility>

#include <sys/types.h>

#include "tenancy/core/result.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// Says for as long as it lives that this process has connections to a database.
///
/// SQLite keeps what it knows of its locks for each file and process, and a child that is forked
/// off inherits that knowledge without the locks. Connections that the child opens to the same file
/// then write without a lock, into a log that the parent removes as it closes: what the child
/// committed is lost. So a child is refused the files that were open when it was forked off, also
/// after those who had them open are gone; a program that it executes, or other files, are fine.
///
/// Thread safety: thread-safe, and of use in a child whatever the parent's threads were doing.
class OpenFile {
 public:
  /// For an existing file. Errors: `forked_process`; `cannot_open`; `overloaded` after 65,535.
  static Result<OpenFile> enter(const std::filesystem::path& file);

  OpenFile(OpenFile&& other) noexcept
      : slot_{std::exchange(other.slot_, no_slot)}, process_{other.process_} {}
  OpenFile& operator=(OpenFile&&) = delete;
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  /// In a child the file stays refused.
  ~OpenFile();

 private:
  static constexpr std::uint32_t no_slot = UINT32_MAX;

  explicit OpenFile(std::uint32_t slot) noexcept;

  std::uint32_t slot_;
  pid_t process_;
};

}  // namespace tenancy::inline v0::detail::sqlite
