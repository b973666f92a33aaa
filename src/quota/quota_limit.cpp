#include "tenancy/quota/quota_limit.hpp"

namespace tenancy::inline v0 {

Result<QuotaLimit> QuotaLimit::at_most(std::int64_t amount) {
  if (amount < 0) {
    return Error{errc::invalid_argument, "a limit is not negative"};
  }
  return QuotaLimit{amount};
}

}  // namespace tenancy::inline v0
