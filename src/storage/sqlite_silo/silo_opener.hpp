#pragma once

#include "tenancy/storage/detail/store_opener.hpp"

namespace tenancy::inline v0::detail::silo {

/// Opens `sqlite-silo:DIR`.
class SiloOpener final : public StoreOpener {
 public:
  [[nodiscard]] bool takes(std::string_view url) const noexcept override;
  [[nodiscard]] Dialect dialect() const noexcept override { return Dialect::sqlite; }
  /// Of the control file.
  Result<std::unique_ptr<StoreInspection>> inspect(std::string_view url,
                                                   const StoreOptions& options,
                                                   const CallOptions& call) const override;
  Result<std::shared_ptr<StoreBackend>> open(std::string_view url,
                                             StoreOpening opening) const override;
  Result<std::shared_ptr<StoreBackend>> open_to_migrate(std::string_view url,
                                                        StoreOpening opening) const override {
    return open(url, std::move(opening));
  }
  Result<std::shared_ptr<StoreBackend>> open_copy(std::string_view url, bool is_empty,
                                                  StoreOpening opening) const override;
  [[nodiscard]] bool migrates_by_itself() const noexcept override { return true; }
};

}  // namespace tenancy::inline v0::detail::silo
