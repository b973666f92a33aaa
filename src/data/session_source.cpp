#include "tenancy/data/detail/session_source.hpp"

namespace tenancy::inline v0::detail {

Result<void> SessionSource::read_as(UnitKind kind, Unit unit) const {
  if (transaction_ != nullptr) {
    return unit(session());
  }
  return run_unit<Session>(
      [&](auto& body) {
        return Statements::read(kind, standalone_->store, standalone_->context,
                                standalone_->options, body);
      },
      unit);
}

Result<void> SessionSource::write_as(UnitKind kind, Unit unit) const {
  if (transaction_ != nullptr) {
    return unit(session());
  }
  return run_unit<Session>(
      [&](auto& body) {
        return Statements::write(kind, standalone_->store, standalone_->context,
                                 standalone_->options, body);
      },
      unit);
}

}  // namespace tenancy::inline v0::detail
