#pragma once

/// Version of the library, following Semantic Versioning 2.0.0. The build reads it from here.
#define TENANCY_VERSION_MAJOR 0
#define TENANCY_VERSION_MINOR 1
#define TENANCY_VERSION_PATCH 0
