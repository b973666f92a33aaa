#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>

#include "tenancy/core/export.hpp"
#include "tenancy/core/source_location.hpp"

namespace tenancy::inline v0 {

/// The family of an error: what a caller can do about it. Map this, not `errc`, to HTTP statuses.
enum class Condition : std::uint8_t {
  isolation,        ///< A tenant boundary was about to be crossed. Alarm; never retry.
  unauthenticated,  ///< The credential proves nothing.
  forbidden,        ///< The credential is good and does not allow this.
  not_found,        ///< No such thing within what the caller may see.
  conflict,         ///< The state of the store stands against it.
  invalid,          ///< The input is wrong; the same call fails again.
  quota,            ///< What the tenant may use is used up; trying again alone does not help.
  unavailable,      ///< Nothing was done; a later try may succeed.
  unknown_outcome,  ///< It may or may not have been done; find out before trying again.
  storage,          ///< The store itself is damaged, foreign or of another version.
  crypto,           ///< Keys are missing, wrong or unsafe.
  misuse,           ///< The host calls the library in a way that it must not.
};

/// What went wrong, exactly. The order is not part of the interface.
enum class errc : std::uint8_t {
  isolation_violation,
  foreign_context,
  invalid_credential,
  access_denied,
  tenant_not_active,
  stale_context,
  not_found,
  already_exists,
  version_conflict,
  invalid_transition,
  reference_violation,
  constraint_violation,
  invalid_argument,
  not_supported,
  invalid_value,
  invalid_tenant_id,
  invalid_slug,
  invalid_identifier,
  invalid_metric,
  invalid_timestamp,
  invalid_url,
  invalid_cursor,
  invalid_mapping,
  invalid_row,
  invalid_query,
  query_refused,
  query_limit_exceeded,
  quota_exceeded,
  busy,
  overloaded,
  deadline_exceeded,
  cancelled,
  hold_budget_exceeded,
  snapshot_too_old,
  storage_full,
  storage_read_only,
  io_error,
  commit_unknown,
  crossing_not_recorded,
  unreachable,
  cannot_open,
  corrupt_store,
  foreign_store,
  unsafe_file,
  unsupported_filesystem,
  unsupported_engine,
  duplicate_engine,
  unsafe_role,
  schema_mismatch,
  unsafe_schema,
  migration_failed,
  key_ring_unavailable,
  invalid_key_ring,
  nested_write,
  transaction_lost,
  forked_process,
  internal,
};

/// One row of the table that defines every code.
struct ErrorInfo {
  errc code;
  std::string_view name;         ///< The enumerator, as text; stable, for logs and metrics.
  Condition condition;           ///< Its family.
  std::string_view description;  ///< What it means, for people; names no tenant and no value.
};

/// How many codes there are; every value below converts to a valid `errc`.
inline constexpr std::size_t errc_count = static_cast<std::size_t>(errc::internal) + 1;

/// The table's row for a code. Complexity: constant.
TENANCY_API const ErrorInfo& error_info(errc code) noexcept;

/// The family's name, as text; stable, for logs and metrics.
TENANCY_API std::string_view to_string(Condition condition) noexcept;
TENANCY_API std::string_view to_string(errc code) noexcept;

/// A failure: code, message for the operator, and where it was noticed.
///
/// Isolation: a message names tables, columns, files and what to do. It holds no secret, no stored
/// value and no identifier of a tenant other than the caller's. It is written for the operator's
/// log; a service shows clients the code's description, not this message.
///
/// Thread safety: immutable.
class [[nodiscard]] TENANCY_API Error {
 public:
  /// Implicitly converts into any `Result`, so that `return Error{errc::not_found, "..."};` works.
  Error(errc code, std::string message, SourceLocation where = SourceLocation::current()) noexcept;

  [[nodiscard]] errc code() const noexcept { return code_; }
  [[nodiscard]] Condition condition() const noexcept { return error_info(code_).condition; }
  [[nodiscard]] const std::string& message() const noexcept { return message_; }
  /// What of the input it is about, such as the columns whose value is taken, "project_id, name";
  /// empty when that is not known. Never a value. Part of the message.
  [[nodiscard]] std::string_view subject() const noexcept {
    return std::string_view{message_}.substr(subject_at_, subject_size_);
  }
  [[nodiscard]] SourceLocation where() const noexcept { return where_; }

  /// The same error about something, with that and a colon in front of its message.
  [[nodiscard]] Error about(std::string_view subject) const;

  /// The same error with words in front of its message, for the caller that knows what was tried.
  [[nodiscard]] Error with_context(std::string_view what_was_tried) const;

  /// `conflict/already_exists: message (file:line)`.
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const Error& error, errc code) noexcept { return error.code_ == code; }
  friend bool operator==(const Error& error, Condition condition) noexcept {
    return error.condition() == condition;
  }

 private:
  std::string message_;
  SourceLocation where_;
  std::uint16_t subject_at_ = 0;
  std::uint16_t subject_size_ = 0;
  errc code_;
};

TENANCY_API std::ostream& operator<<(std::ostream& out, const Error& error);

}  // namespace tenancy::inline v0
