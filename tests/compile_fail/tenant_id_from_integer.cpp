// A number from anywhere is no tenant until it has been checked.
// EXPECT-GCC: conversion from 'int64_t'.*to non-scalar type 'const tenancy::v0::TenantId' requested
// EXPECT-CLANG: no viable conversion from 'std::int64_t'.*to 'const tenancy::TenantId'
#include "tenancy/core/tenant_id.hpp"

void use(std::int64_t number) {
  const auto checked = tenancy::TenantId::from_value(number);
#ifdef MUST_NOT_COMPILE
  const tenancy::TenantId forged = number;
#endif
}
