#include "tenancy/data/detail/session_source.hpp"

#include "tenancy/storage/detail/unit.hpp"

namespace tenancy::inline v0::detail {

Result<void> SessionSource::read(Unit unit) const {
  if (transaction_ != nullptr) {
    return unit(session());
  }
  return run_unit<Session>(
      [this](auto& body) {
        return Statements::read(standalone_->store, standalone_->context, standalone_->options,
                                body);
      },
      unit);
}

Result<void> SessionSource::write(Unit unit) const {
  if (transaction_ != nullptr) {
    return unit(session());
  }
  return run_unit<Session>(
      [this](auto& body) {
        return Statements::write_one(standalone_->store, standalone_->context, standalone_->options,
                                     body);
      },
      unit);
}

Result<void> SessionSource::write_several(Unit unit) const {
  if (transaction_ != nullptr) {
    return unit(session());
  }
  return run_unit<Session>(
      [this](auto& body) {
        return Statements::write(standalone_->store, standalone_->context, standalone_->options,
                                 body);
      },
      unit);
}

}  // namespace tenancy::inline v0::detail
