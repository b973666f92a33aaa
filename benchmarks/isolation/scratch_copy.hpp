#pragma once

#include <cstddef>
#include <filesystem>

#include "isolation/data_set.hpp"
#include "isolation/workload.hpp"
#include "raw_deployments.hpp"
#include "temporary_folder.hpp"

namespace tenancy_bench {

/// A copy of the data for changes that are committed, removed at the end.
class ScratchCopy {
 public:
  ScratchCopy(const std::filesystem::path& original, const Workload& workload);

  [[nodiscard]] const DataSet& data() const noexcept { return data_; }

  // After so many one-shot operations: the rows are as they were, and the log is empty.
  void take_back_inserts(std::size_t times);
  void take_back_updates();
  void take_back_erasures(std::size_t times);

 private:
  static std::filesystem::path copy(const std::filesystem::path& original,
                                    const TemporaryFolder& folder);

  const Workload* workload_;
  TemporaryFolder folder_;
  DataSet data_;
  RawDeployments deployments_;
};

}  // namespace tenancy_bench
