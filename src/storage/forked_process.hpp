#pragma once

#include "tenancy/core/error.hpp"

namespace tenancy::inline v0::detail {

/// What a process is told that was forked off with the store open.
inline Error forked_process_error() {
  return Error{errc::forked_process,
               "the store was opened before this process was forked: open it after, in each"};
}

}  // namespace tenancy::inline v0::detail
