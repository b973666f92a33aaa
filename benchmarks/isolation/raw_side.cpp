#include "isolation/raw_side.hpp"

#include <utility>

#include <benchmark/benchmark.h>

namespace tenancy_bench {
namespace {

std::vector<std::int64_t> ids_of(const DataSet& data) {
  std::vector<std::int64_t> ids;
  for (const auto& context : data.tenants()) {
    ids.push_back(context.tenant().value());
  }
  return ids;
}

}  // namespace

RawSide::RawSide(const DataSet& data, Workload workload)
    : workload_{std::move(workload)},
      tenants_{ids_of(data)},
      tenant_{tenants_[Workload::tenant]},
      deployments_{data.file()} {}

void RawSide::point_read(std::size_t times) {
  deployments_.begin();
  for (std::size_t i = 0; i < times; ++i) {
    const auto row = deployments_.find(tenant_, workload_.keys[i % workload_.keys.size()]);
    benchmark::DoNotOptimize(row);
  }
  deployments_.commit();
}

void RawSide::list_behind_cursor(std::size_t times) {
  deployments_.begin();
  for (std::size_t i = 0; i < times; ++i) {
    const auto page = deployments_.page_after(tenant_, workload_.last_key, Workload::page_limit);
    benchmark::DoNotOptimize(page);
  }
  deployments_.commit();
}

void RawSide::list_numbered(std::size_t times) {
  deployments_.begin();
  for (std::size_t i = 0; i < times; ++i) {
    const auto page = deployments_.page(tenant_, 1, Workload::page_limit);
    benchmark::DoNotOptimize(page);
  }
  deployments_.commit();
}

void RawSide::insert(std::size_t times) {
  deployments_.begin_write();
  for (std::size_t i = 0; i < times; ++i) {
    deployments_.insert(tenant_, workload_.new_rows.at(i));
  }
  deployments_.roll_back();
}

void RawSide::update(std::size_t times) {
  deployments_.begin_write();
  for (std::size_t i = 0; i < times; ++i) {
    auto& row = workload_.existing_rows[i % workload_.existing_rows.size()];
    benchmark::DoNotOptimize(deployments_.update(tenant_, row));
  }
  deployments_.roll_back();
}

void RawSide::one_shot_read(std::size_t times) {
  for (std::size_t i = 0; i < times; ++i) {
    const std::size_t tenant = i % tenants_.size();
    deployments_.begin();
    const auto row = deployments_.find(tenants_[tenant], workload_.tenants_keys[tenant]);
    deployments_.commit();
    benchmark::DoNotOptimize(row);
  }
}

}  // namespace tenancy_bench
