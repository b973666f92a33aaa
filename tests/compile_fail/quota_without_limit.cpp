// What is counted has no limit by omission.
// EXPECT-GCC: no matching function for call to 'tenancy::v0::Quota::Quota\(const tenancy::v0::MetricName&\)'
// EXPECT-CLANG: no matching constructor for initialization of 'const tenancy::Quota'
#include "tenancy/quota/quota.hpp"

void use(const tenancy::MetricName& metric) {
  const tenancy::Quota unlimited{metric, tenancy::QuotaLimit::unlimited()};
#ifdef MUST_NOT_COMPILE
  const tenancy::Quota forgotten{metric};
#endif
}
