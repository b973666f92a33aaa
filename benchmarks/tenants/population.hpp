#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "tenancy/core/tenant_id.hpp"

namespace tenancy_bench {

/// What one request brings and wants: a tenant's key, and a row of the tenant's.
struct Request {
  tenancy::TenantId tenant;
  std::string key;
  std::string row;
};

/// Many tenants with a key and three rows each in one SQLite file. Ids, keys and rows follow from
/// the tenant's number, so that they are the same from run to run and need not be read.
class Population {
 public:
  static constexpr std::size_t rows_per_tenant = 3;

  /// Fills the file when it is new. The tables and the ring of keys are the library's; the rows are
  /// written by SQLite's C API in one transaction, which for a million tenants takes a minute where
  /// issuing their keys one by one would take many.
  Population(std::filesystem::path file, std::size_t size);

  [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  [[nodiscard]] static Request request(std::size_t number);

 private:
  void fill() const;

  std::filesystem::path file_;
  std::size_t size_;
};

}  // namespace tenancy_bench
