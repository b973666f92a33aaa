#pragma once

namespace tenantd {

constexpr const char* program_name = "tenantd";

/// As in `1.2.3`.
extern const char* const program_version;

/// What it was built from; empty when whoever built it did not say.
extern const char* const program_commit;

}  // namespace tenantd
