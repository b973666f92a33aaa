#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tenancy/core/result.hpp"
#include "tenancy/core/tenant_id.hpp"

namespace tenancy::inline v0::detail::silo {

/// The folder of a silo and what lies where in it:
///
///     control.db                      tenants, API keys, records: what the authority asks
///     keys                            the key ring, unless the host has its own
///     drafts/0123456789abcdef.db      files of tenants that are being created
///     erased/0123456789abcdef.db      files of tenants that are being erased
///     tenants/ef/0123456789abcdef.db  a tenant's file
///
/// A file's name is the tenant's id as a number in sixteen hexadecimal digits, its folder the last
/// two of them. Nothing that anybody may choose, such as a slug, is a part of a path.
///
/// Thread safety: immutable.
class SiloFolder {
 public:
  static constexpr std::string_view scheme = "sqlite-silo:";

  /// From `sqlite-silo:DIR`. Errors: `invalid_url`; `cannot_open` when the path cannot be made
  /// absolute.
  static Result<SiloFolder> parse(std::string_view url);
  /// Of an absolute path.
  explicit SiloFolder(std::filesystem::path root) noexcept : root_{std::move(root)} {}

  [[nodiscard]] const std::filesystem::path& root() const noexcept { return root_; }
  [[nodiscard]] std::filesystem::path control_file() const { return root_ / "control.db"; }
  [[nodiscard]] std::filesystem::path key_file() const { return root_ / "keys"; }
  [[nodiscard]] std::filesystem::path drafts() const { return root_ / "drafts"; }
  [[nodiscard]] std::filesystem::path erased() const { return root_ / "erased"; }
  [[nodiscard]] std::filesystem::path tenants() const { return root_ / "tenants"; }
  [[nodiscard]] std::filesystem::path shard_of(TenantId tenant) const;
  [[nodiscard]] std::filesystem::path file_of(TenantId tenant) const;
  [[nodiscard]] std::filesystem::path draft_of(TenantId tenant) const;
  [[nodiscard]] std::filesystem::path aside_of(TenantId tenant) const;

  /// Makes the folder itself, with mode 0700, where there is none.
  /// Errors: `cannot_open`; `corrupt_store` for a folder with tenants' files and no control file;
  /// `foreign_store` for one that holds something else and no control file.
  [[nodiscard]] Result<void> make_root() const;
  /// Makes the folders in it. Errors: as `make_private_folder`.
  [[nodiscard]] Result<void> make_folders() const;
  /// Makes the folder that a tenant's file lies in. Errors: as `make_private_folder`.
  [[nodiscard]] Result<void> make_shard(TenantId tenant) const;

  [[nodiscard]] bool has_drafts() const;
  /// Whose drafts lie there.
  /// Errors: `cannot_open`.
  [[nodiscard]] Result<std::vector<TenantId>> drafts_left() const;
  /// Removes all that lies there, while nobody makes a draft.
  void clear_drafts() const;
  [[nodiscard]] bool has_draft(TenantId tenant) const;
  [[nodiscard]] bool has_file(TenantId tenant) const;
  [[nodiscard]] bool is_set_aside(TenantId tenant) const;
  void remove_draft(TenantId tenant) const noexcept;
  /// Makes a draft, which nobody has open, survive a power cut.
  /// Errors: `cannot_open`.
  [[nodiscard]] Result<void> sync_draft(TenantId tenant) const;
  /// Gives a draft, which nobody has open, the name of the tenant's file. Fine where somebody else
  /// has done so.
  /// Errors: `cannot_open`, `already_exists`.
  [[nodiscard]] Result<void> put_in_place(TenantId tenant) const;

  // A tenant's file, with what lies beside it, on its way out.

  /// Moves it away from where it is looked for. Fine where that is done already.
  /// Errors: `cannot_open`.
  [[nodiscard]] Result<void> set_aside(TenantId tenant) const;
  /// Moves it back.
  /// Errors: `cannot_open`.
  [[nodiscard]] Result<void> bring_back(TenantId tenant) const;
  /// Fine where there is none.
  /// Errors: `io_error`; what is left is removed by the next call, or at the next start.
  [[nodiscard]] Result<void> remove_aside(TenantId tenant) const;
  [[nodiscard]] bool has_set_aside() const;
  /// Whose files were set aside.
  /// Errors: `cannot_open`.
  [[nodiscard]] Result<std::vector<TenantId>> set_aside_left() const;

 private:
  std::filesystem::path root_;
};

/// Whether a file is the control file of a silo, which is opened with its tenants' files only.
bool is_control_file(const std::filesystem::path& file);

/// A folder that is one, and no symbolic link to one, and that nobody else can put files in; made
/// with mode 0700 where there is none.
/// Errors: `unsafe_file`, `cannot_open`.
Result<void> make_private_folder(const std::filesystem::path& folder);

}  // namespace tenancy::inline v0::detail::silo
