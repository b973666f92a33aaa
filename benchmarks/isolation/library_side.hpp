#pragma once

#include <memory>

#include "isolation/cases.hpp"
#include "isolation/data_set.hpp"
#include "isolation/workload.hpp"

namespace tenancy_bench {

/// The cases through the library's public interface.
std::unique_ptr<Cases> make_library_side(const DataSet& data, Workload workload);

}  // namespace tenancy_bench
