#pragma once

#include <memory>

#include "isolation/cases.hpp"
#include "isolation/data_set.hpp"
#include "isolation/workload.hpp"

namespace tenancy_bench {

/// The cases with SQLiteCpp: statements prepared once and reset, columns by their places.
std::unique_ptr<Cases> make_sqlitecpp_side(const DataSet& data, Workload workload);

}  // namespace tenancy_bench
