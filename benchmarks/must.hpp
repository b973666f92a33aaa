#pragma once

#include <cstdlib>
#include <iostream>
#include <utility>

#include "tenancy/core/result.hpp"

namespace tenancy_bench {

/// Ends the program when an operation failed, after printing why: a benchmark whose operations fail
/// measures nothing.
template <class T>
void check(const tenancy::Result<T>& result) {
  if (!result) [[unlikely]] {
    std::cerr << result.error() << '\n';
    std::exit(EXIT_FAILURE);
  }
}

/// The value of a result that must be there.
template <class T>
T must(tenancy::Result<T> result) {
  check(result);
  return std::move(result).value();
}

}  // namespace tenancy_bench
