#pragma once

#include <memory>
#include <thread>
#include <utility>

#include "tenancy/storage/detail/async_unit.hpp"

#include "storage/forked_process.hpp"

namespace tenancy::inline v0::detail {

/// Tells an asynchronous write that it was given in a process forked off from its store's. From a
/// thread of its own, as always: those that would tell it are in the other process.
inline void refuse_in_child(std::unique_ptr<AsyncUnit> unit) {
  std::thread{[refused = std::move(unit)] {
    refused->complete(forked_process_error(), nullptr);
  }}.detach();
}

}  // namespace tenancy::inline v0::detail
