#pragma once

namespace tenancy::inline v0::detail::postgres {

/// What confines a session, or a transaction (`LOCAL` is "true"), to what tenants' queries may do:
/// plans that do not wait for helpers and whose making is bounded, and values that are always spelt
/// alike.
#define TENANCY_QUERY_SETTINGS(LOCAL)                                                             \
  "set_config('search_path', 'tenancy_queries, pg_temp', " LOCAL                                  \
  "), set_config('jit', 'off', " LOCAL                                                            \
  "), set_config('max_parallel_workers_per_gather', '0', " LOCAL                                  \
  "), "                                                                                           \
  "set_config('from_collapse_limit', '8', " LOCAL                                                 \
  "), set_config('join_collapse_limit', '8', " LOCAL "), set_config('geqo', 'on', " LOCAL         \
  "), set_config('geqo_threshold', '12', " LOCAL "), set_config('TimeZone', 'UTC', " LOCAL        \
  "), set_config('DateStyle', 'ISO', " LOCAL "), set_config('IntervalStyle', 'postgres', " LOCAL  \
  "), set_config('bytea_output', 'hex', " LOCAL "), set_config('extra_float_digits', '1', " LOCAL \
  ")"

/// How often, in milliseconds, the server looks whether the caller is still there, and since which
/// version it does.
inline constexpr const char* caller_check_interval = "2000";
inline constexpr int oldest_with_caller_check = 140000;

}  // namespace tenancy::inline v0::detail::postgres
