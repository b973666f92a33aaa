#include "storage/admission.hpp"

#include "tenancy/core/detail/context_reader.hpp"

namespace tenancy::inline v0::detail {

Result<void> Admission::admit(const TenantContext& context) const {
  if (!ContextReader::is_of(context, realm_)) {
    return Error{errc::foreign_context, "the context was made by another store"};
  }
  return require_not_expired(context);
}

Result<void> Admission::admit_write(const TenantContext& context) const {
  BOOST_OUTCOME_TRY(admit(context));
  if (!context.allows(Scope::write)) {
    return Error{errc::access_denied, "the context allows reading only"};
  }
  return success();
}

Result<void> Admission::require_not_expired(const TenantContext& context) const {
  const auto expires_at = context.expires_at();
  if (expires_at && clock_.now() >= *expires_at) {
    return Error{errc::stale_context, "the context has expired: ask for a new one"};
  }
  return success();
}

}  // namespace tenancy::inline v0::detail
