#include "tenancy/core/error.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>

#include <doctest/doctest.h>

#include "support/death.hpp"

using tenancy::Condition;
using tenancy::errc;
using tenancy::Error;
using tenancy_test::aborts_with;

namespace {

struct Expected {
  errc code;
  std::string_view name;
  Condition condition;
};

// Names and families are what hosts write into logs and map to statuses: changing one is a break.
constexpr std::array<Expected, tenancy::errc_count> expected_codes{{
    {errc::isolation_violation, "isolation_violation", Condition::isolation},
    {errc::foreign_context, "foreign_context", Condition::isolation},
    {errc::invalid_credential, "invalid_credential", Condition::unauthenticated},
    {errc::access_denied, "access_denied", Condition::forbidden},
    {errc::tenant_not_active, "tenant_not_active", Condition::forbidden},
    {errc::stale_context, "stale_context", Condition::unauthenticated},
    {errc::not_found, "not_found", Condition::not_found},
    {errc::already_exists, "already_exists", Condition::conflict},
    {errc::version_conflict, "version_conflict", Condition::conflict},
    {errc::invalid_transition, "invalid_transition", Condition::conflict},
    {errc::reference_violation, "reference_violation", Condition::conflict},
    {errc::constraint_violation, "constraint_violation", Condition::invalid},
    {errc::invalid_argument, "invalid_argument", Condition::invalid},
    {errc::not_supported, "not_supported", Condition::invalid},
    {errc::invalid_value, "invalid_value", Condition::invalid},
    {errc::invalid_tenant_id, "invalid_tenant_id", Condition::invalid},
    {errc::invalid_slug, "invalid_slug", Condition::invalid},
    {errc::invalid_identifier, "invalid_identifier", Condition::invalid},
    {errc::invalid_metric, "invalid_metric", Condition::invalid},
    {errc::invalid_timestamp, "invalid_timestamp", Condition::invalid},
    {errc::invalid_url, "invalid_url", Condition::invalid},
    {errc::invalid_cursor, "invalid_cursor", Condition::invalid},
    {errc::invalid_mapping, "invalid_mapping", Condition::misuse},
    {errc::invalid_row, "invalid_row", Condition::storage},
    {errc::invalid_query, "invalid_query", Condition::invalid},
    {errc::query_refused, "query_refused", Condition::invalid},
    {errc::query_limit_exceeded, "query_limit_exceeded", Condition::invalid},
    {errc::quota_exceeded, "quota_exceeded", Condition::quota},
    {errc::busy, "busy", Condition::unavailable},
    {errc::overloaded, "overloaded", Condition::unavailable},
    {errc::deadline_exceeded, "deadline_exceeded", Condition::unavailable},
    {errc::cancelled, "cancelled", Condition::unavailable},
    {errc::hold_budget_exceeded, "hold_budget_exceeded", Condition::unavailable},
    {errc::snapshot_too_old, "snapshot_too_old", Condition::unavailable},
    {errc::storage_full, "storage_full", Condition::unavailable},
    {errc::storage_read_only, "storage_read_only", Condition::unavailable},
    {errc::io_error, "io_error", Condition::unavailable},
    {errc::commit_unknown, "commit_unknown", Condition::unknown_outcome},
    {errc::crossing_not_recorded, "crossing_not_recorded", Condition::unavailable},
    {errc::unreachable, "unreachable", Condition::unavailable},
    {errc::cannot_open, "cannot_open", Condition::storage},
    {errc::corrupt_store, "corrupt_store", Condition::storage},
    {errc::foreign_store, "foreign_store", Condition::storage},
    {errc::unsafe_file, "unsafe_file", Condition::storage},
    {errc::unsupported_filesystem, "unsupported_filesystem", Condition::storage},
    {errc::unsupported_engine, "unsupported_engine", Condition::storage},
    {errc::duplicate_engine, "duplicate_engine", Condition::storage},
    {errc::unsafe_role, "unsafe_role", Condition::storage},
    {errc::schema_mismatch, "schema_mismatch", Condition::storage},
    {errc::unsafe_schema, "unsafe_schema", Condition::storage},
    {errc::migration_failed, "migration_failed", Condition::storage},
    {errc::key_ring_unavailable, "key_ring_unavailable", Condition::crypto},
    {errc::invalid_key_ring, "invalid_key_ring", Condition::crypto},
    {errc::nested_write, "nested_write", Condition::misuse},
    {errc::transaction_lost, "transaction_lost", Condition::unavailable},
    {errc::forked_process, "forked_process", Condition::misuse},
    {errc::internal, "internal", Condition::misuse},
}};

constexpr std::array all_conditions{
    Condition::isolation, Condition::unauthenticated, Condition::forbidden,
    Condition::not_found, Condition::conflict,        Condition::invalid,
    Condition::quota,     Condition::unavailable,     Condition::unknown_outcome,
    Condition::storage,   Condition::crypto,          Condition::misuse};

bool is_snake_case(std::string_view name) {
  return !name.empty() && name.front() != '_' && name.back() != '_' &&
         name.find("__") == std::string_view::npos &&
         std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

}  // namespace

static_assert(!std::is_default_constructible_v<Error>);
static_assert(!std::is_aggregate_v<Error>);
static_assert(std::is_nothrow_move_constructible_v<Error>);
static_assert(std::is_copy_constructible_v<Error>);
static_assert(!std::is_convertible_v<errc, Error>, "an error comes with a message");
static_assert(!std::is_convertible_v<Condition, Error>);
static_assert(!std::is_constructible_v<Error, errc>);

TEST_CASE("every code has its own row, name and family") {
  std::set<std::string_view> names;
  std::set<std::string_view> descriptions;
  for (std::size_t i = 0; i < expected_codes.size(); ++i) {
    const auto& expected = expected_codes[i];
    CAPTURE(expected.name);
    CHECK(static_cast<std::size_t>(expected.code) == i);
    const auto& info = tenancy::error_info(expected.code);
    CHECK(info.code == expected.code);
    CHECK(info.name == expected.name);
    CHECK(info.condition == expected.condition);
    CHECK(to_string(expected.code) == expected.name);
    CHECK(is_snake_case(info.name));
    CHECK(names.insert(info.name).second);
    CHECK(descriptions.insert(info.description).second);
  }
}

TEST_CASE("every description is one readable line that a client may see") {
  for (const Expected& expected : expected_codes) {
    CAPTURE(expected.name);
    const std::string_view text = tenancy::error_info(expected.code).description;
    REQUIRE(text.size() > 10);
    CHECK(text.size() < 120);
    CHECK(text.ends_with('.'));
    CHECK(text.front() >= 'A');
    CHECK(text.front() <= 'Z');
    CHECK(std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; }));
    // Neither a place for a value nor the prefix of an id or a key.
    for (const std::string_view marker : {"%", "{", "}", "tnt_", "tnk_", "tna_", "/", "sqlite"}) {
      CHECK(text.find(marker) == std::string_view::npos);
    }
  }
}

TEST_CASE("every condition has its own name") {
  std::set<std::string_view> names;
  for (const Condition condition : all_conditions) {
    CHECK(is_snake_case(to_string(condition)));
    CHECK(names.insert(to_string(condition)).second);
  }
  CHECK(to_string(Condition::isolation) == "isolation");
  CHECK(to_string(Condition::unknown_outcome) == "unknown_outcome");
  CHECK(to_string(Condition::not_found) == "not_found");
}

TEST_CASE("every condition has a code") {
  for (const Condition condition : all_conditions) {
    CAPTURE(to_string(condition));
    CHECK(std::ranges::any_of(
        expected_codes, [&](const Expected& expected) { return expected.condition == condition; }));
  }
}

TEST_CASE("a code or condition that does not exist stops the process") {
  const auto beyond = static_cast<errc>(tenancy::errc_count);
  CHECK(aborts_with("an error code that does not exist", [&] { tenancy::error_info(beyond); }));
  CHECK(
      aborts_with("an error code that does not exist", [] { to_string(static_cast<errc>(255)); }));
  CHECK(aborts_with("a condition that does not exist",
                    [] { to_string(static_cast<Condition>(200)); }));
}

TEST_CASE("an error tells its code, its family, its message and its place") {
  const auto line = static_cast<std::uint32_t>(__LINE__ + 1);
  const Error error{errc::already_exists, "the slug is taken"};
  CHECK(error.code() == errc::already_exists);
  CHECK(error.condition() == Condition::conflict);
  CHECK(error.message() == "the slug is taken");
  CHECK(error.where().line() == line);
  CHECK(std::string_view{error.where().file()}.ends_with("error_test.cpp"));
  CHECK(error == errc::already_exists);
  CHECK(error == Condition::conflict);
  CHECK(error != errc::not_found);
  CHECK(error != Condition::not_found);
}

TEST_CASE("the text form has no folder of the machine that built it") {
  const auto line = std::to_string(__LINE__ + 1);
  const Error error{errc::not_found, "no such row"};
  const std::string expected = "not_found/not_found: no such row (error_test.cpp:" + line + ")";
  CHECK(error.to_string() == expected);
  std::ostringstream out;
  out << error;
  CHECK(out.str() == expected);
}

TEST_CASE("context goes in front and changes nothing else") {
  const Error error{errc::io_error, "disk gone"};
  const Error told = error.with_context("reading notes").with_context("opening");
  CHECK(told.message() == "opening: reading notes: disk gone");
  CHECK(told.code() == errc::io_error);
  CHECK(told.where().line() == error.where().line());
  CHECK(error.message() == "disk gone");
}
