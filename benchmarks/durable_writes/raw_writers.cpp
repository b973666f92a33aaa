#include "durable_writes/raw_writers.hpp"

#include "durable_writes/row.hpp"

namespace tenancy_bench {

RawWriters::RawWriters(const std::filesystem::path& file,
                       std::span<const tenancy::TenantId> tenants) {
  for (const tenancy::TenantId tenant : tenants) {
    writers_.push_back({tenant.value(), std::make_unique<RawDeployments>(file)});
  }
}

std::size_t RawWriters::insert(std::size_t thread, std::size_t number) {
  auto& [tenant, connection] = writers_[thread];
  if (!connection->try_begin_write()) {
    return 0;
  }
  Deployment row = new_row(number);
  connection->insert(tenant, row);
  connection->commit();
  return 1;
}

RawBatches::RawBatches(const std::filesystem::path& file,
                       std::span<const tenancy::TenantId> tenants, double rows_per_batch)
    : connection_{file}, rows_per_batch_{rows_per_batch} {
  for (const tenancy::TenantId tenant : tenants) {
    tenants_.push_back(tenant.value());
  }
}

std::size_t RawBatches::insert_batch() {
  // A mean of 2.5 is a batch of 2, then one of 3.
  due_ += rows_per_batch_;
  const auto rows = static_cast<std::size_t>(due_);
  due_ -= static_cast<double>(rows);
  connection_.begin_write();
  for (std::size_t i = 0; i < rows; ++i, ++written_) {
    Deployment row = new_row(written_ / tenants_.size());
    connection_.insert(tenants_[written_ % tenants_.size()], row);
  }
  connection_.commit();
  return rows;
}

}  // namespace tenancy_bench
