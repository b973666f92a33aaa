// A code without a message tells the operator nothing, so a code is no error by itself.
// EXPECT-GCC: conversion from 'tenancy::v0::errc' to non-scalar type 'const tenancy::v0::Error' requested
// EXPECT-CLANG: no viable conversion from 'tenancy::errc' to 'const tenancy::Error'
#include "tenancy/core/error.hpp"

void use() {
  const tenancy::Error told{tenancy::errc::not_found, "no such row"};
#ifdef MUST_NOT_COMPILE
  const tenancy::Error bare = tenancy::errc::not_found;
#endif
}
