#pragma once

#include <future>
#include <type_traits>
#include <utility>

#include "tenancy/storage/store.hpp"

namespace tenancy_test {

/// An asynchronous write whose completion keeps a promise; a second completion would end the
/// process.
template <class Unit>
auto future_write(const tenancy::Store& store, const tenancy::TenantContext& context,
                  const tenancy::CallOptions& options, Unit unit) {
  using Value = typename std::invoke_result_t<Unit&, tenancy::WriteTransaction&>::value_type;
  std::promise<tenancy::AsyncResult<Value>> promise;
  auto future = promise.get_future();
  store.async_write(context, options, std::move(unit),
                    [promise = std::move(promise)](tenancy::AsyncResult<Value> result) mutable {
                      promise.set_value(std::move(result));
                    });
  return future;
}

template <class Unit>
auto future_write(const tenancy::Store& store, const tenancy::TenantContext& context, Unit unit) {
  return future_write(store, context, tenancy::CallOptions{}, std::move(unit));
}

}  // namespace tenancy_test
