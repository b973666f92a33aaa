#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tenancy/core/result.hpp"

namespace tenancy::inline v0::detail::postgres {

/// Where a database is and who asks, as libpq takes it: keywords and values.
///
/// Isolation: it may hold a password. No message shows the URL, or a part of it.
class Address {
 public:
  /// Errors: `invalid_url`, without the URL's text.
  static Result<Address> parse(std::string_view url);

  static bool takes(std::string_view url) noexcept {
    return url.starts_with("postgresql://") || url.starts_with("postgres://");
  }

  /// For `PQconnectStartParams`, each list ending with a null. Borrows from here.
  struct Parameters {
    std::vector<const char*> keywords;
    std::vector<const char*> values;
  };
  [[nodiscard]] Parameters parameters() const;

  /// The same server and role for another database.
  [[nodiscard]] Address with_database(std::string_view name) const;

  /// Of several hosts the one that can be written to, unless it says which it wants.
  [[nodiscard]] Address to_be_written() const;
  /// Of several hosts the primary, for a role whose sessions only read, unless it says which it
  /// wants.
  [[nodiscard]] Address to_be_queried() const;

  /// The same for each host that is named, in the order in which to try them: libpq has no way to
  /// go on to the next one when its caller does the waiting. Those that prefer a standby come
  /// twice.
  [[nodiscard]] std::vector<Address> attempts() const;
  /// How long to try each for (`connect_timeout`), if that is said.
  [[nodiscard]] std::optional<std::chrono::seconds> connect_timeout() const;

  /// What may be shown of it: hosts, ports, database and user.
  [[nodiscard]] std::string shown() const;

 private:
  struct Part {
    std::string keyword;
    std::string value;
  };

  [[nodiscard]] std::string value_of(std::string_view keyword) const;
  [[nodiscard]] Address with(std::string_view keyword, std::string value) const;
  [[nodiscard]] Address wanting(const char* session) const;

  std::vector<Part> parts_;
};

}  // namespace tenancy::inline v0::detail::postgres
