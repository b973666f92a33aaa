#include "durable_writes/empty_store.hpp"

#include <system_error>
#include <utility>

#include "tenancy/registry/open.hpp"

#include "deployment.hpp"
#include "must.hpp"

namespace tenancy_bench {

tenancy::Authority open_store(const std::filesystem::path& file, tenancy::StoreOptions options) {
  return must(tenancy::open(
      "sqlite:" + file.string(),
      {.migrations = {{1, "deployments", create_deployments}}, .store = std::move(options)}));
}

tenancy::Principal benchmark_principal() {
  return must(tenancy::Principal::create(tenancy::PrincipalKind::system, "benchmark"));
}

EmptyStore::EmptyStore(const std::filesystem::path& folder, std::size_t threads)
    : file_{folder / "empty.db"} {
  const auto authority = open_store(file_);
  const auto registry = authority.registry(benchmark_principal());
  for (std::size_t i = 0; i < threads; ++i) {
    const std::string number = std::to_string(i);
    tenants_.push_back(must(registry.create({"tenant-" + number, "Tenant " + number})).id);
  }
  tenants_.push_back(must(registry.create({"second-process", "Second process"})).id);
}

StoreCopy::StoreCopy(const EmptyStore& original)
    : folder_{original.file().parent_path() / "copy"}, file_{folder_ / "store.db"} {
  std::filesystem::create_directory(folder_);
  std::filesystem::copy_file(original.file(), file_);
  // The keys belong to the store and are found by its name.
  std::filesystem::copy_file(original.file().string() + ".keys", file_.string() + ".keys");
}

StoreCopy::~StoreCopy() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace tenancy_bench
