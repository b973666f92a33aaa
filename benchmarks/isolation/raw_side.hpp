#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "isolation/data_set.hpp"
#include "isolation/workload.hpp"
#include "raw_deployments.hpp"

namespace tenancy_bench {

/// The cases on SQLite's C API.
class RawSide {
 public:
  RawSide(const DataSet& data, Workload workload);

  void point_read(std::size_t times);
  void list_behind_cursor(std::size_t times);
  void list_numbered(std::size_t times);
  void insert(std::size_t times);
  void update(std::size_t times);
  void one_shot_read(std::size_t times);

 private:
  Workload workload_;
  std::vector<std::int64_t> tenants_;
  std::int64_t tenant_;
  RawDeployments deployments_;
};

}  // namespace tenancy_bench
