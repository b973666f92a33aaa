#pragma once

#include <cstddef>

#include "isolation/data_set.hpp"
#include "isolation/workload.hpp"
#include "raw_deployments.hpp"

namespace tenancy_bench {

/// What the row check alone costs: the same loops by hand, which read one column more, the row's
/// tenant, and compare it with whose rows were asked for; and which do not. The library has no way
/// to do without it that could be measured.
class RowCheck {
 public:
  RowCheck(const DataSet& data, const Workload& workload);

  enum class Checks { no, yes };

  void stream(Checks checks, std::size_t times);
  void point_read(Checks checks, std::size_t times);

 private:
  const Workload& workload_;
  RawDeployments rows_;
  std::int64_t tenant_;
  std::int64_t large_tenant_;
  RawStatement find_;
  RawStatement find_checked_;
  RawStatement all_;
  RawStatement all_checked_;
};

}  // namespace tenancy_bench
