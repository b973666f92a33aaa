#include "isolation/scratch_copy.hpp"

#include <cstdint>

namespace tenancy_bench {

ScratchCopy::ScratchCopy(const std::filesystem::path& original, const Workload& workload)
    : workload_{&workload},
      folder_{std::filesystem::absolute(original).parent_path()},
      data_{copy(original, folder_)},
      deployments_{data_.file()} {}

std::filesystem::path ScratchCopy::copy(const std::filesystem::path& original,
                                        const TemporaryFolder& folder) {
  auto file = folder.path() / "copy.db";
  std::filesystem::copy_file(original, file);
  // The keys belong to the store and are found by its name.
  std::filesystem::copy_file(original.string() + ".keys", file.string() + ".keys");
  return file;
}

void ScratchCopy::take_back_inserts(std::size_t times) {
  const std::int64_t tenant = data_.tenants()[Workload::tenant].tenant().value();
  deployments_.begin_write();
  for (std::size_t i = 0; i < times; ++i) {
    deployments_.erase(tenant, workload_->new_rows.at(i).id);
  }
  deployments_.commit();
  deployments_.checkpoint();
}

void ScratchCopy::take_back_updates() { deployments_.checkpoint(); }

void ScratchCopy::take_back_erasures(std::size_t times) {
  deployments_.begin_write();
  for (std::size_t i = 0; i < times; ++i) {
    Deployment row = workload_->doomed_rows.at(i);
    deployments_.insert(data_.large_tenant().tenant().value(), row);
  }
  deployments_.commit();
  deployments_.checkpoint();
}

}  // namespace tenancy_bench
