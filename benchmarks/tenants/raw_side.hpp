#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include "tenancy/core/key_ring.hpp"

#include "raw_deployments.hpp"
#include "raw_statement.hpp"
#include "tenants/requests.hpp"

namespace tenancy_bench {

/// The cases on SQLite's C API, without a cache: each request looks its key and its tenant up in
/// the transaction that reads the row.
class RawSide {
 public:
  explicit RawSide(const std::filesystem::path& file);

  void authenticate(Requests& requests, std::size_t times);
  void authenticate_and_read(Requests& requests, std::size_t times);
  void enter(Requests& requests, std::size_t times);
  void enter_and_read(Requests& requests, std::size_t times);
  /// Believes the caller who the tenant is.
  void read(Requests& requests, std::size_t times);

 private:
  [[nodiscard]] std::int64_t tenant_of(std::string_view key);
  void expect_active(std::int64_t tenant);
  void read_row(std::int64_t tenant, const Request& request);

  tenancy::KeyRing keys_;
  RawDeployments deployments_;
  RawStatement find_key_;
  RawStatement find_tenant_;
};

}  // namespace tenancy_bench
