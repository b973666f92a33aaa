#include "storage/sqlite/store_options.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using tenancy::StoreOptions;

/// The words of the refusal; nothing when the options are taken.
std::string refusal(const StoreOptions& options) {
  const auto checked = tenancy::detail::sqlite::check_options(options);
  if (checked) {
    return {};
  }
  CHECK(checked.error() == tenancy::errc::invalid_argument);
  return checked.error().to_string();
}

/// The least and the most are taken; beyond, the error names the option.
template <class Value, class Option>
void check_range(std::string_view name, Option option, Value least, Value most, Value step) {
  CAPTURE(name);
  StoreOptions options;
  for (const Value& value : {least, most}) {
    option(options) = value;
    CHECK(refusal(options).empty());
  }
  for (const Value& value : {least - step, most + step}) {
    option(options) = value;
    CHECK(refusal(options).find(std::string{name} + ":") != std::string::npos);
  }
}

TEST_CASE("each option has a least and a most, and the error names it") {
  using std::size_t;
  constexpr milliseconds ms{1};
  check_range<size_t>(
      "readers", [](auto& o) -> auto& { return o.readers; }, 1, 64, 1);
  check_range<milliseconds>(
      "max_wait", [](auto& o) -> auto& { return o.max_wait; }, ms, hours{1}, ms);
  check_range<size_t>(
      "statements", [](auto& o) -> auto& { return o.statements; }, 16, 100'000, 1);
  check_range<size_t>(
      "page_cache_bytes", [](auto& o) -> auto& { return o.page_cache_bytes; }, size_t{64} << 10U,
      size_t{16} << 30U, 1);
  check_range<milliseconds>(
      "max_snapshot_age", [](auto& o) -> auto& { return o.max_snapshot_age; }, ms, hours{24}, ms);
}

TEST_CASE("each option of writes has a least and a most, and the error names it") {
  using std::size_t;
  constexpr milliseconds ms{1};
  check_range<size_t>(
      "writes.max_waiting_per_tenant",
      [](auto& o) -> auto& { return o.writes.max_waiting_per_tenant; }, 1, 1'000'000, 1);
  check_range<size_t>(
      "writes.max_batch", [](auto& o) -> auto& { return o.writes.max_batch; }, 1, 4096, 1);
  check_range<microseconds>(
      "writes.max_batch_hold", [](auto& o) -> auto& { return o.writes.max_batch_hold; },
      microseconds{1}, hours{1}, microseconds{1});
  check_range<milliseconds>(
      "writes.max_unit_hold", [](auto& o) -> auto& { return o.writes.max_unit_hold; }, ms,
      hours{24}, ms);
  check_range<unsigned>(
      "writes.max_tenant_share", [](auto& o) -> auto& { return o.writes.max_tenant_share; }, 1, 100,
      1);
}

TEST_CASE("each option of scoped SQL has a least and a most, and the error names it") {
  using std::size_t;
  check_range<size_t>(
      "scoped_sql.connections", [](auto& o) -> auto& { return o.scoped_sql.connections; }, 1, 64,
      1);
  check_range<size_t>(
      "scoped_sql.statements", [](auto& o) -> auto& { return o.scoped_sql.statements; }, 16,
      100'000, 1);
  check_range<size_t>(
      "scoped_sql.text_bytes", [](auto& o) -> auto& { return o.scoped_sql.text_bytes; }, 1,
      1'000'000, 1);
  check_range<size_t>(
      "scoped_sql.value_bytes", [](auto& o) -> auto& { return o.scoped_sql.value_bytes; }, 1'000,
      1'000'000'000, 1);
  check_range<unsigned>(
      "scoped_sql.expression_depth", [](auto& o) -> auto& { return o.scoped_sql.expression_depth; },
      1, 1'000, 1);
  StoreOptions options;
  options.scoped_sql.per_tenant = 0;
  CHECK(refusal(options).find("scoped_sql.per_tenant:") != std::string::npos);
}

TEST_CASE("a log is moved before it is at its most") {
  StoreOptions options;
  options.wal.checkpoint_bytes = 0;
  CHECK(refusal(options).find("wal.checkpoint_bytes:") != std::string::npos);
  options.wal.checkpoint_bytes = 1;
  options.wal.max_bytes = 1;
  CHECK(refusal(options).empty());
  options.wal.checkpoint_bytes = 2;
  CHECK(refusal(options).find("wal.max_bytes:") != std::string::npos);
}

}  // namespace
