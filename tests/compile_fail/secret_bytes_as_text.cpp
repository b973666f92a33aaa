// The way from a secret to a text begins with `unsafe_`.
// EXPECT-GCC: conversion from 'const tenancy::v0::SecretBytes' to non-scalar type 'const std::string_view'
// EXPECT-CLANG: no viable conversion from 'const tenancy::SecretBytes' to 'const std::string_view'
#include <string_view>

#include "tenancy/core/secret_bytes.hpp"

std::string_view use(const tenancy::SecretBytes& secret) {
#ifdef MUST_NOT_COMPILE
  const std::string_view text = secret;
#endif
  return secret.unsafe_text();
}
