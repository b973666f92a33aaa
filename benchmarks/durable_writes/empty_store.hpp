#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <vector>

#include <sqlite3.h>

#include "tenancy/core/tenant_id.hpp"
#include "tenancy/registry/authority.hpp"
#include "tenancy/storage/options.hpp"

namespace tenancy_bench {

/// A store with a tenant for each thread and one more for the second process, without rows. Every
/// measurement, of either side, starts from a copy of it: the tables are the same byte for byte.
class EmptyStore {
 public:
  EmptyStore(const std::filesystem::path& folder, std::size_t threads);

  [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }
  /// The threads' tenants, then the second process's.
  [[nodiscard]] const std::vector<tenancy::TenantId>& tenants() const noexcept { return tenants_; }

 private:
  std::filesystem::path file_;
  std::vector<tenancy::TenantId> tenants_;
};

/// A copy, in a folder of its own that is removed at the end.
///
/// Its log has the size already that it has in a long life, since a file that grows is slower to
/// sync. It keeps that size, because a connection that does nothing stays open.
class StoreCopy {
 public:
  explicit StoreCopy(const EmptyStore& original);
  StoreCopy(const StoreCopy&) = delete;
  StoreCopy& operator=(const StoreCopy&) = delete;
  ~StoreCopy();

  [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }

 private:
  struct Close {
    void operator()(sqlite3* connection) const noexcept;
  };

  void grow_log();

  std::filesystem::path folder_;
  std::filesystem::path file_;
  std::unique_ptr<sqlite3, Close> idle_;
};

/// Opens the library on such a file.
tenancy::Authority open_store(const std::filesystem::path& file,
                              tenancy::StoreOptions options = {});

/// Who writes.
tenancy::Principal benchmark_principal();

}  // namespace tenancy_bench
