// Nor do they get into a document.
// EXPECT-GCC: conversion from 'const tenancy::v0::KeyRing' to non-scalar type 'const nlohmann::.*json' .*requested
// EXPECT-CLANG: no viable conversion from 'const tenancy::KeyRing' to 'const nlohmann::json'
#include <nlohmann/json.hpp>

#include "tenancy/core/key_ring.hpp"

void use(const tenancy::KeyRing& keys) {
  const nlohmann::json version = keys.newest_version();
#ifdef MUST_NOT_COMPILE
  const nlohmann::json document = keys;
#endif
}
