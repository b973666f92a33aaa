#include "isolation/data_set.hpp"

#include <cstdint>
#include <string_view>
#include <utility>

#include "tenancy/data/repository.hpp"
#include "tenancy/registry/open.hpp"

#include "deployment.hpp"
#include "must.hpp"
#include "raw_deployments.hpp"

namespace tenancy_bench {
namespace {

constexpr std::string_view base32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

tenancy::Authority open(const std::filesystem::path& file) {
  return must(tenancy::open("sqlite:" + file.string(),
                            {.migrations = {{1, "deployments", create_deployments}}}));
}

tenancy::Principal benchmark_principal() {
  return must(tenancy::Principal::create(tenancy::PrincipalKind::system, "benchmark"));
}

/// SplitMix64, which is the same on every platform.
std::uint64_t scrambled(std::uint64_t value) {
  value += 0x9E3779B97F4A7C15U;
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9U;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBU;
  return value ^ (value >> 31);
}

/// Of the shape that `tenancy::make_record_id` gives: growing with the number, random at the end.
std::string key_of(std::size_t tenant, std::size_t number) {
  std::string key = "01KAH00000";
  std::size_t digits = number;
  for (auto digit = key.rbegin(); digits != 0; ++digit, digits /= 32) {
    *digit = base32[digits % 32];
  }
  std::uint64_t random = scrambled(tenant * 1'000'000 + number);
  for (int i = 0; i < 16; ++i) {
    key += base32[random % 32];
    random = i == 7 ? scrambled(random + number) : random / 32;
  }
  return key;
}

}  // namespace

DataSet::DataSet(std::filesystem::path file) : file_{std::move(file)}, authority_{open(file_)} {
  const auto principal = benchmark_principal();
  const auto registry = authority_.registry(principal);
  const tenancy::PageRequest everyone{.limit = tenant_count + 1,
                                      .order = tenancy::Order::oldest_first};
  const bool is_new = must(registry.list(everyone)).items.empty();
  for (std::size_t i = 0; is_new && i <= tenant_count; ++i) {
    check(registry.create({"tenant-" + std::to_string(i), "Tenant " + std::to_string(i)}));
  }
  for (const auto& tenant : must(registry.list(everyone)).items) {
    tenants_.push_back(must(authority_.enter(tenant.id, principal)));
  }
  large_tenant_ = std::move(tenants_.back());
  tenants_.pop_back();
  if (is_new) {
    fill();
  }
}

void DataSet::fill() const {
  for (std::size_t i = 0; i < tenant_count; ++i) {
    fill(tenants_[i], i, rows_per_tenant);
  }
  fill(large_tenant(), large, rows_of_large_tenant);
  // So that the file is complete without its log.
  RawDeployments{file_}.checkpoint();
}

void DataSet::fill(const tenancy::TenantContext& context, std::size_t tenant,
                   std::size_t rows) const {
  check(
      store().write(context, [&](tenancy::WriteTransaction& transaction) -> tenancy::Result<void> {
        const tenancy::Repository<Deployment> deployments{transaction};
        for (std::size_t number = 0; number < rows; ++number) {
          BOOST_OUTCOME_TRY(deployments.insert(row(tenant, number)));
        }
        return tenancy::success();
      }));
}

Deployment DataSet::row(std::size_t tenant, std::size_t number) {
  Deployment row{.id = key_of(tenant, number),
                 .project_name = "project " + std::to_string(number % 20),
                 .status = number % 3 == 0 ? "building" : "live"};
  if (number % 2 == 0) {
    row.url = "https://deployment-" + std::to_string(number) + ".tenant.example";
  }
  return row;
}

}  // namespace tenancy_bench
