#pragma once

#include <cstddef>
#include <vector>

#include "tenancy/core/page.hpp"
#include "tenancy/data/repository.hpp"

#include "isolation/data_set.hpp"
#include "isolation/workload.hpp"

namespace tenancy_bench {

/// The cases through the library's public interface.
class LibrarySide {
 public:
  LibrarySide(const DataSet& data, Workload workload);

  void point_read(std::size_t times);
  void list_behind_cursor(std::size_t times);
  void list_numbered(std::size_t times);
  void insert(std::size_t times);
  void update(std::size_t times);
  void one_shot_read(std::size_t times);

 private:
  void list(const tenancy::PageRequest& request, std::size_t times);

  Workload workload_;
  tenancy::Store store_;
  tenancy::TenantContext context_;
  std::vector<tenancy::Repository<Deployment>> one_shot_;
  tenancy::PageRequest behind_cursor_;
};

}  // namespace tenancy_bench
