#pragma once

#include <cstddef>

#include "deployment.hpp"

namespace tenancy_bench {

/// The row that a thread writes next, the same on both sides. Its key has the shape that
/// `tenancy::make_record_id` gives and grows with the number.
Deployment new_row(std::size_t number);

}  // namespace tenancy_bench
