#include "service/build.hpp"

#include "tenancy/version.hpp"

#define TENANCY_TEXT_OF(number) #number
#define TENANCY_TEXT(number) TENANCY_TEXT_OF(number)

namespace tenantd {

const char* const program_version = TENANCY_TEXT(TENANCY_VERSION_MAJOR) "." TENANCY_TEXT(
    TENANCY_VERSION_MINOR) "." TENANCY_TEXT(TENANCY_VERSION_PATCH);

const char* const program_commit = TENANTD_COMMIT;

}  // namespace tenantd
