#pragma once

#if defined(__SANITIZE_THREAD__)
#define TENANCY_TEST_THREADS_SANITIZED
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define TENANCY_TEST_THREADS_SANITIZED
#endif
#endif

namespace tenancy_test {

/// Whether the program runs with a sanitizer, which takes its time and its memory.
#if defined(__SANITIZE_ADDRESS__) || defined(TENANCY_TEST_THREADS_SANITIZED)
inline constexpr bool is_sanitized = true;
#elif defined(__has_feature)
inline constexpr bool is_sanitized = __has_feature(address_sanitizer);
#else
inline constexpr bool is_sanitized = false;
#endif

}  // namespace tenancy_test
