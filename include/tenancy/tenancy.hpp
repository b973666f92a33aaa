#pragma once

/// What a program that embeds the library usually needs. Every header can be included alone, too.

#include "tenancy/core/clock.hpp"           // IWYU pragma: export
#include "tenancy/core/error.hpp"           // IWYU pragma: export
#include "tenancy/core/result.hpp"          // IWYU pragma: export
#include "tenancy/core/tenant_context.hpp"  // IWYU pragma: export
#include "tenancy/data/mapping.hpp"         // IWYU pragma: export
#include "tenancy/data/mappings.hpp"        // IWYU pragma: export
#include "tenancy/data/repository.hpp"      // IWYU pragma: export
#include "tenancy/quota/quota.hpp"          // IWYU pragma: export
#include "tenancy/registry/authority.hpp"   // IWYU pragma: export
#include "tenancy/registry/open.hpp"        // IWYU pragma: export
#include "tenancy/storage/store.hpp"        // IWYU pragma: export
#include "tenancy/version.hpp"              // IWYU pragma: export
