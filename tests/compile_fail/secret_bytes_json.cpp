// A secret does not get into a document by being put into it.
// EXPECT-GCC: conversion from 'const tenancy::v0::SecretBytes' to non-scalar type 'const nlohmann::.*json' .*requested
// EXPECT-CLANG: no viable conversion from 'const tenancy::SecretBytes' to 'const nlohmann::json'
#include <nlohmann/json.hpp>

#include "tenancy/core/secret_bytes.hpp"

void use(const tenancy::SecretBytes& secret) {
  const nlohmann::json size = secret.size();
#ifdef MUST_NOT_COMPILE
  const nlohmann::json document = secret;
#endif
}
