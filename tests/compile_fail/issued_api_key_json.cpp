// A key that was just made gets into no document by itself.
// EXPECT-GCC: conversion from 'const tenancy::v0::IssuedApiKey' to non-scalar type 'const nlohmann::.*json' .*requested
// EXPECT-CLANG: no viable conversion from 'const tenancy::IssuedApiKey' to 'const nlohmann::json'
#include <nlohmann/json.hpp>

#include "tenancy/registry/api_key.hpp"

void use(const tenancy::IssuedApiKey& issued) {
  const nlohmann::json id = issued.key.id;
#ifdef MUST_NOT_COMPILE
  const nlohmann::json document = issued;
#endif
}
