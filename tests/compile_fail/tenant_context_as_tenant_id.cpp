// A permission does not turn into a bare id unasked, so that no call takes one for the other.
// EXPECT-GCC: conversion from 'const tenancy::v0::TenantContext' to non-scalar type 'const tenancy::v0::TenantId' requested
// EXPECT-CLANG: no viable conversion from 'const tenancy::TenantContext' to 'const tenancy::TenantId'
#include "tenancy/core/tenant_context.hpp"

tenancy::TenantId use(const tenancy::TenantContext& context) {
#ifdef MUST_NOT_COMPILE
  const tenancy::TenantId id = context;
#endif
  return context.tenant();
}
