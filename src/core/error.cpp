#include "tenancy/core/error.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <ostream>
#include <utility>

#include "tenancy/core/assert.hpp"

namespace tenancy::inline v0 {
namespace {

constexpr std::array<ErrorInfo, errc_count> table{{
    {errc::isolation_violation, "isolation_violation", Condition::isolation,
     "A row of another tenant was about to be returned."},
    {errc::foreign_context, "foreign_context", Condition::isolation,
     "The context was made by another store."},
    {errc::invalid_credential, "invalid_credential", Condition::unauthenticated,
     "The credential is malformed, unknown, expired or revoked."},
    {errc::access_denied, "access_denied", Condition::forbidden,
     "The credential does not allow this operation."},
    {errc::tenant_not_active, "tenant_not_active", Condition::forbidden,
     "The tenant is not active."},
    {errc::stale_context, "stale_context", Condition::unauthenticated,
     "The tenant's status or the credential changed since the context was made: ask for a new "
     "one."},
    {errc::not_found, "not_found", Condition::not_found, "There is no such thing."},
    {errc::already_exists, "already_exists", Condition::conflict,
     "Something with the same unique value exists already."},
    {errc::version_conflict, "version_conflict", Condition::conflict,
     "Somebody else has changed it since it was read."},
    {errc::invalid_transition, "invalid_transition", Condition::conflict,
     "From its present status it cannot get there."},
    {errc::reference_violation, "reference_violation", Condition::conflict,
     "A row that is referred to is missing, or a row that is to go is still referred to."},
    {errc::constraint_violation, "constraint_violation", Condition::invalid,
     "A value breaks a rule of its column."},
    {errc::invalid_argument, "invalid_argument", Condition::invalid,
     "An argument is outside of what is allowed."},
    {errc::not_supported, "not_supported", Condition::invalid,
     "This kind of store does not do that."},
    {errc::invalid_value, "invalid_value", Condition::invalid,
     "A value has no form in which its column could hold it."},
    {errc::invalid_tenant_id, "invalid_tenant_id", Condition::invalid,
     "The text or number is not a tenant id."},
    {errc::invalid_slug, "invalid_slug", Condition::invalid, "The text is not a slug."},
    {errc::invalid_identifier, "invalid_identifier", Condition::invalid,
     "The text is not an identifier of that kind."},
    {errc::invalid_metric, "invalid_metric", Condition::invalid,
     "The text is not the name of a metric."},
    {errc::invalid_timestamp, "invalid_timestamp", Condition::invalid,
     "The text is not an RFC 3339 timestamp."},
    {errc::invalid_url, "invalid_url", Condition::invalid,
     "The URL names no storage backend that is known."},
    {errc::invalid_cursor, "invalid_cursor", Condition::invalid,
     "The cursor is malformed or belongs to another list."},
    {errc::invalid_mapping, "invalid_mapping", Condition::misuse,
     "An entity's mapping and its table do not fit."},
    {errc::invalid_row, "invalid_row", Condition::storage,
     "A stored value cannot be read as its column's type."},
    {errc::invalid_query, "invalid_query", Condition::invalid,
     "The query is malformed, or names what is not there."},
    {errc::query_refused, "query_refused", Condition::invalid,
     "The query does something that queries of tenants may not do."},
    {errc::query_limit_exceeded, "query_limit_exceeded", Condition::invalid,
     "The query takes more than one query may."},
    {errc::quota_exceeded, "quota_exceeded", Condition::quota,
     "It would take more than the tenant's quota leaves."},
    {errc::busy, "busy", Condition::unavailable,
     "Another process held the store for longer than the wait that is allowed."},
    {errc::overloaded, "overloaded", Condition::unavailable,
     "More work is waiting than the store takes on."},
    {errc::deadline_exceeded, "deadline_exceeded", Condition::unavailable,
     "The call's deadline passed before it was done."},
    {errc::cancelled, "cancelled", Condition::unavailable,
     "The caller asked for the call to stop."},
    {errc::hold_budget_exceeded, "hold_budget_exceeded", Condition::unavailable,
     "The write held the store for longer than one write may."},
    {errc::snapshot_too_old, "snapshot_too_old", Condition::unavailable,
     "The read held its snapshot for longer than one read may."},
    {errc::storage_full, "storage_full", Condition::unavailable,
     "The disk or the database's size limit is full."},
    {errc::storage_read_only, "storage_read_only", Condition::unavailable,
     "The store's file or medium is read-only."},
    {errc::io_error, "io_error", Condition::unavailable, "Reading or writing the store failed."},
    {errc::commit_unknown, "commit_unknown", Condition::unknown_outcome,
     "The commit failed in a way that leaves its outcome unknown."},
    {errc::crossing_not_recorded, "crossing_not_recorded", Condition::unavailable,
     "The record of a use of the permission to cross tenants could not be written, so nothing was "
     "done."},
    {errc::unreachable, "unreachable", Condition::unavailable,
     "The database server cannot be reached, or does not let anybody in."},
    {errc::cannot_open, "cannot_open", Condition::storage, "The store cannot be opened."},
    {errc::corrupt_store, "corrupt_store", Condition::storage,
     "The store is damaged or is not a database."},
    {errc::foreign_store, "foreign_store", Condition::storage,
     "The database belongs to another application."},
    {errc::unsafe_file, "unsafe_file", Condition::storage,
     "Others than its owner may read or write the store's file."},
    {errc::unsupported_filesystem, "unsupported_filesystem", Condition::storage,
     "The store lies on a filesystem that does not lock files reliably."},
    {errc::unsupported_engine, "unsupported_engine", Condition::storage,
     "The database engine is too old or was built without something that is needed."},
    {errc::duplicate_engine, "duplicate_engine", Condition::storage,
     "Two copies of the database engine are loaded into the process."},
    {errc::unsafe_role, "unsafe_role", Condition::storage,
     "The database role may do more than a store's may."},
    {errc::schema_mismatch, "schema_mismatch", Condition::storage,
     "The store's schema is not the one that this program was written for."},
    {errc::unsafe_schema, "unsafe_schema", Condition::storage,
     "A table, view or trigger does not keep tenants apart."},
    {errc::migration_failed, "migration_failed", Condition::storage,
     "A migration step failed and was rolled back."},
    {errc::key_ring_unavailable, "key_ring_unavailable", Condition::crypto,
     "The key ring cannot be read or created."},
    {errc::invalid_key_ring, "invalid_key_ring", Condition::crypto,
     "The key ring is malformed or unsafe."},
    {errc::nested_write, "nested_write", Condition::misuse,
     "A write was begun inside another write of the same thread."},
    {errc::transaction_lost, "transaction_lost", Condition::unavailable,
     "The database ended the transaction by itself; nothing of it was kept."},
    {errc::forked_process, "forked_process", Condition::misuse,
     "The store was opened before the process was forked."},
    {errc::internal, "internal", Condition::misuse,
     "The library met a state that it does not know."},
}};

constexpr bool table_is_in_order() {
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (static_cast<std::size_t>(table[i].code) != i || table[i].name.empty()) {
      return false;
    }
  }
  return true;
}
static_assert(table_is_in_order(), "the table's rows stand in the order of errc, one for each");

std::string_view base_name(std::string_view path) noexcept {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

}  // namespace

const ErrorInfo& error_info(errc code) noexcept {
  const auto index = static_cast<std::size_t>(code);
  TENANCY_ASSERT(index < table.size(), "an error code that does not exist");
  return table[index];
}

std::string_view to_string(errc code) noexcept { return error_info(code).name; }

std::string_view to_string(Condition condition) noexcept {
  switch (condition) {
    case Condition::isolation:
      return "isolation";
    case Condition::unauthenticated:
      return "unauthenticated";
    case Condition::forbidden:
      return "forbidden";
    case Condition::not_found:
      return "not_found";
    case Condition::conflict:
      return "conflict";
    case Condition::invalid:
      return "invalid";
    case Condition::quota:
      return "quota";
    case Condition::unavailable:
      return "unavailable";
    case Condition::unknown_outcome:
      return "unknown_outcome";
    case Condition::storage:
      return "storage";
    case Condition::crypto:
      return "crypto";
    case Condition::misuse:
      return "misuse";
  }
  TENANCY_ASSERT(false, "a condition that does not exist");
}

Error::Error(errc code, std::string message, SourceLocation where) noexcept
    : message_{std::move(message)}, where_{where}, code_{code} {}

Error Error::about(std::string_view subject) const {
  // Names in schemas are short; what is not one is cut rather than lost.
  constexpr std::size_t longest = 1000;
  Error error = with_context(subject.substr(0, longest));
  error.subject_at_ = 0;
  error.subject_size_ = static_cast<std::uint16_t>(std::min(subject.size(), longest));
  return error;
}

Error Error::with_context(std::string_view what_was_tried) const {
  std::string message{what_was_tried};
  message += ": ";
  const std::size_t subject_at = message.size() + subject_at_;
  message += message_;
  Error error{code_, std::move(message), where_};
  if (subject_at <= std::numeric_limits<std::uint16_t>::max()) {
    error.subject_at_ = static_cast<std::uint16_t>(subject_at);
    error.subject_size_ = subject_size_;
  }
  return error;
}

std::string Error::to_string() const {
  const ErrorInfo& info = error_info(code_);
  std::string text{tenancy::to_string(info.condition)};
  text += '/';
  text += info.name;
  text += ": ";
  text += message_;
  text += " (";
  text += base_name(where_.file());
  text += ':';
  text += std::to_string(where_.line());
  text += ')';
  return text;
}

std::ostream& operator<<(std::ostream& out, const Error& error) { return out << error.to_string(); }

}  // namespace tenancy::inline v0
