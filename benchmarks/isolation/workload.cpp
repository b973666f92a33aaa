#include "isolation/workload.hpp"

#include <algorithm>
#include <random>

#include "isolation/data_set.hpp"

namespace tenancy_bench {

Workload::Workload() {
  for (std::size_t number = 0; number < DataSet::rows_per_tenant; ++number) {
    existing_rows.push_back(DataSet::row(tenant, number));
  }
  // Newest first, ten pages of fifty end with row 500.
  last_key = existing_rows[DataSet::rows_per_tenant -
                           static_cast<std::size_t>(page_before_cursor * page_limit)]
                 .id;
  // Every run visits the rows in the same order.
  std::mt19937 order{1};  // NOLINT(cert-msc51-cpp)
  std::shuffle(existing_rows.begin(), existing_rows.end(), order);
  for (const Deployment& row : existing_rows) {
    keys.push_back(row.id);
  }
  for (std::size_t each = 0; each < DataSet::tenant_count; ++each) {
    tenants_keys.push_back(DataSet::row(each, each * 37 % DataSet::rows_per_tenant).id);
  }
  for (std::size_t number = 0; number < max_inserts; ++number) {
    new_rows.push_back(DataSet::row(tenant, DataSet::rows_per_tenant + number));
  }
  for (std::size_t number = 0; number < DataSet::rows_of_large_tenant; ++number) {
    doomed_rows.push_back(DataSet::row(DataSet::large, number));
  }
  std::shuffle(doomed_rows.begin(), doomed_rows.end(), order);
  doomed_rows.resize(max_erasures);
}

}  // namespace tenancy_bench
