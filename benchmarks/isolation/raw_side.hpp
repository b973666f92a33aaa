#pragma once

#include <memory>

#include "isolation/cases.hpp"
#include "isolation/data_set.hpp"
#include "isolation/workload.hpp"

namespace tenancy_bench {

/// The cases on SQLite's C API.
std::unique_ptr<Cases> make_raw_side(const DataSet& data, Workload workload);

}  // namespace tenancy_bench
