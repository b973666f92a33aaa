#pragma once

#include <memory>
#include <stop_token>

#include "tenancy/core/call_options.hpp"

namespace tenancy_test {

/// Who may stop calls.
class Stopper {
 public:
  [[nodiscard]] tenancy::CallOptions options() const {
    tenancy::CallOptions options;
    options.stop = source_->get_token();
    return options;
  }
  void request_stop() const { source_->request_stop(); }

 private:
  // On the heap, where GCC 12 does not call a local one uninitialised.
  std::unique_ptr<std::stop_source> source_ = std::make_unique<std::stop_source>();
};

}  // namespace tenancy_test
