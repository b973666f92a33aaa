#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>

#include "tenancy/core/export.hpp"
#include "tenancy/core/result.hpp"

namespace tenancy::inline v0 {

/// What sort of actor a principal is.
enum class PrincipalKind : std::uint8_t {
  system,         ///< The library or the host on nobody's behalf: a timer, a migration.
  administrator,  ///< An operator of the platform.
  service,        ///< A program of the platform that works for tenants.
  api_key,        ///< A tenant's program, known by its key.
  user,           ///< A person who belongs to a tenant.
};

TENANCY_API std::string_view to_string(PrincipalKind kind) noexcept;

/// Who acts: written into records and logs beside what was done. It grants nothing.
///
/// Units and shapes: the id is 1 to 200 bytes of UTF-8 without control characters.
/// Thread safety: immutable.
class TENANCY_API Principal {
 public:
  static constexpr std::size_t max_id_length = 200;

  // Moving copies, so that nobody becomes nameless.
  Principal(const Principal&) = default;
  Principal& operator=(const Principal&) = default;
  ~Principal() = default;

  /// The host itself, on nobody's behalf: `system:host`.
  static Principal host();

  /// Errors: `invalid_argument`.
  static Result<Principal> create(PrincipalKind kind, std::string id);

  [[nodiscard]] PrincipalKind kind() const noexcept { return kind_; }
  [[nodiscard]] const std::string& id() const noexcept { return id_; }

  /// `user:4711`.
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const Principal&, const Principal&) noexcept = default;

 private:
  Principal(PrincipalKind kind, std::string id) noexcept : id_{std::move(id)}, kind_{kind} {}

  std::string id_;
  PrincipalKind kind_;
};

TENANCY_API std::ostream& operator<<(std::ostream& out, const Principal& principal);

}  // namespace tenancy::inline v0
