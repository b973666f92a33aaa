#pragma once

#include <latch>
#include <thread>

#include "tenancy/storage/store.hpp"

#include "support/must.hpp"

namespace tenancy_test {

/// Keeps one of a store's connections for reading busy with a read of its own, which begins at once
/// and ends when it is let go.
class HeldReader {
 public:
  HeldReader(const tenancy::Store& store, const tenancy::TenantContext& context)
      : thread_{[this, store, context] {
          must(store.read(context, [&](tenancy::ReadTransaction&) -> tenancy::Result<void> {
            reads_.count_down();
            done_.wait();
            return tenancy::success();
          }));
        }} {
    reads_.wait();
  }
  HeldReader(const HeldReader&) = delete;
  HeldReader& operator=(const HeldReader&) = delete;
  ~HeldReader() { finish(); }

  void finish() {
    if (thread_.joinable()) {
      done_.count_down();
      thread_.join();
    }
  }

 private:
  std::latch reads_{1};
  std::latch done_{1};
  std::thread thread_;
};

}  // namespace tenancy_test
