#include "tenancy/data/detail/session_source.hpp"

#include <utility>

namespace tenancy::inline v0::detail {
namespace {

/// Runs a unit through a `run` that only knows whether to commit. A unit that failed is told its
/// own error; one that succeeded and could not be committed, that.
template <class Run>
Result<void> run_unit_in(Run run, SessionSource::Unit unit) {
  std::optional<Result<void>> result;
  Result<void> transaction = run([&](Session& session) {
    result.emplace(unit(session));
    return result->has_value();
  });
  if (!transaction) {
    return transaction;
  }
  TENANCY_ASSERT(result.has_value(), "a transaction was reported done without running its unit");
  return *std::move(result);
}

}  // namespace

Result<void> SessionSource::read(Unit unit) const {
  if (transaction_ != nullptr) {
    return unit(session());
  }
  return run_unit_in(
      [this](auto&& body) {
        return Statements::read(standalone_->store, standalone_->context, standalone_->options,
                                body);
      },
      unit);
}

Result<void> SessionSource::write(Unit unit) const {
  if (transaction_ != nullptr) {
    return unit(session());
  }
  return run_unit_in(
      [this](auto&& body) {
        return Statements::write_one(standalone_->store, standalone_->context, standalone_->options,
                                     body);
      },
      unit);
}

Result<void> SessionSource::write_several(Unit unit) const {
  if (transaction_ != nullptr) {
    return unit(session());
  }
  return run_unit_in(
      [this](auto&& body) {
        return Statements::write(standalone_->store, standalone_->context, standalone_->options,
                                 body);
      },
      unit);
}

}  // namespace tenancy::inline v0::detail
