#pragma once

#include <filesystem>
#include <memory>

#include "tenancy/storage/detail/store_opener.hpp"
#include "tenancy/storage/options.hpp"

#include "storage/fork_mark.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/open_file.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// A look at a store's file that does not open the store. It has the database open for reading
/// alone and leaves it and its log as they are, whoever else uses them. Where there is no log, an
/// empty one appears, with its index, as whenever a database is read.
///
/// Thread safety: confined to one thread at a time.
class Inspection final : public StoreInspection {
 public:
  /// Null where there is no store yet: no file, or a database that holds nothing.
  /// Errors: as `check_before_reading`; `busy`, `forked_process`, and as `to_errc`.
  static Result<std::unique_ptr<Inspection>> open(const std::filesystem::path& file,
                                                  const StoreOptions& options,
                                                  const CallOptions& call);

  Result<void> read(const CallOptions& call, StoreBackend::ControlBody body) override;
  [[nodiscard]] Dialect dialect() const noexcept override { return Dialect::sqlite; }

 private:
  Inspection(OpenFile open_file, const StoreOptions& options) noexcept;

  OpenFile open_file_;
  ForkMark fork_mark_;
  KeyRing keys_ = KeyRing::ephemeral();  ///< Nobody asks for one.
  std::shared_ptr<const Clock> clock_;
  std::chrono::milliseconds max_wait_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace tenancy::inline v0::detail::sqlite
