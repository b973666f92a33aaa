#pragma once

#include <memory>

#include "isolation/cases.hpp"
#include "isolation/data_set.hpp"
#include "isolation/workload.hpp"

namespace tenancy_bench {

/// The cases with SOCI: statements prepared once, bound to the members of one struct.
std::unique_ptr<Cases> make_soci_side(const DataSet& data, Workload workload);

}  // namespace tenancy_bench
