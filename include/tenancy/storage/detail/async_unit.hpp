#pragma once

#include <exception>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include "tenancy/core/export.hpp"
#include "tenancy/storage/async_result.hpp"
#include "tenancy/storage/detail/session.hpp"
#include "tenancy/storage/detail/unit.hpp"
#include "tenancy/storage/transaction.hpp"

namespace tenancy::inline v0::detail {

/// A write that nobody waits for, with what is to be told of it.
///
/// Thread safety: one thread at a time, not always the same.
class TENANCY_API AsyncUnit {
 public:
  AsyncUnit() = default;
  AsyncUnit(const AsyncUnit&) = delete;
  AsyncUnit& operator=(const AsyncUnit&) = delete;
  virtual ~AsyncUnit() = default;

  /// Whether to commit.
  virtual bool run(Session& session) = 0;
  /// Called once, at the end.
  virtual void complete(Result<void> transaction, std::exception_ptr exception) noexcept = 0;
};

/// `Open` gets a session and a body, and gives the body a transaction made from it.
template <class T, class Unit, class Completion, class Open>
class TypedAsyncUnit final : public AsyncUnit {
 public:
  TypedAsyncUnit(Unit unit, Completion completion, Open open)
      : unit_{std::move(unit)}, completion_{std::move(completion)}, open_{std::move(open)} {}

  bool run(Session& session) override {
    open_(session, [this](WriteTransaction& transaction) {
      result_.emplace(std::invoke(unit_, transaction));
    });
    return result_->has_value();
  }

  void complete(Result<void> transaction, std::exception_ptr exception) noexcept override {
    if (exception != nullptr) {
      std::move(completion_)(AsyncResult<T>{std::move(exception)});
    } else if (!transaction) {
      std::move(completion_)(AsyncResult<T>{Result<T>{std::move(transaction).error()}});
    } else {
      TENANCY_ASSERT(result_.has_value(), "a write was reported done without running its unit");
      std::move(completion_)(AsyncResult<T>{*std::move(result_)});
    }
  }

 private:
  Unit unit_;
  Completion completion_;
  Open open_;
  std::optional<Result<T>> result_;
};

}  // namespace tenancy::inline v0::detail
