#include "tenants/raw_side.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <span>

#include <benchmark/benchmark.h>

#include "must.hpp"

namespace tenancy_bench {
namespace {

constexpr std::size_t key_size = 59;
constexpr std::size_t prefix_size = 4;
constexpr std::size_t id_size = 16;

/// A benchmark whose requests are refused measures nothing.
void require(bool holds, const char* what) {
  if (!holds) [[unlikely]] {
    std::cerr << "raw: " << what << '\n';
    std::exit(EXIT_FAILURE);
  }
}

std::int64_t now() {
  using namespace std::chrono;
  return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace

RawSide::RawSide(const std::filesystem::path& file)
    : keys_{must(tenancy::KeyRing::open(file.string() + ".keys"))},
      deployments_{file},
      find_key_{deployments_.prepare(
          "SELECT k.tenant_id, k.scope, k.key_version, k.hash FROM tenancy_api_keys k "
          "JOIN tenancy_tenants t ON t.tenant_id = k.tenant_id "
          "WHERE k.key_id = ?1 AND k.revoked_at IS NULL "
          "AND (k.expires_at IS NULL OR k.expires_at > ?2) AND t.status = 'active'")},
      find_tenant_{deployments_.prepare(
          "SELECT 1 FROM tenancy_tenants WHERE tenant_id = ?1 AND status = 'active'")} {}

std::int64_t RawSide::tenant_of(std::string_view key) {
  require(key.size() == key_size && key.starts_with("tnk_"), "no key");
  RawUse use{find_key_.get()};
  use.bind_text(1, key.substr(prefix_size, id_size));
  use.bind_number(2, now());
  require(use.step(), "an unknown key");
  const auto hash = use.blob(3);
  tenancy::Mac mac{static_cast<std::uint32_t>(use.number(2)), {}};
  require(hash.size() == mac.tag.size(), "a hash of another length");
  std::ranges::copy(hash, mac.tag.begin());
  // BLAKE2b by libsodium, and a comparison in constant time: the library's own thin layer over
  // them, since the key of the hash is the ring's.
  require(keys_.verify(tenancy::KeyPurpose::api_key, std::as_bytes(std::span{key}), mac),
          "a wrong secret");
  require(use.view(1) == "write" || use.view(1) == "read", "another scope");
  return use.number(0);
}

void RawSide::expect_active(std::int64_t tenant) {
  RawUse use{find_tenant_.get()};
  use.bind_number(1, tenant);
  require(use.step(), "a tenant that is not active");
}

void RawSide::read_row(std::int64_t tenant, const Request& request) {
  const auto row = deployments_.find(tenant, request.row);
  require(row.has_value(), "no such row");
  benchmark::DoNotOptimize(row);
}

void RawSide::authenticate(Requests& requests, std::size_t times) {
  for (std::size_t i = 0; i < times; ++i) {
    deployments_.begin();
    benchmark::DoNotOptimize(tenant_of(requests.next().key));
    deployments_.commit();
  }
}

void RawSide::authenticate_and_read(Requests& requests, std::size_t times) {
  for (std::size_t i = 0; i < times; ++i) {
    const Request& request = requests.next();
    deployments_.begin();
    read_row(tenant_of(request.key), request);
    deployments_.commit();
  }
}

void RawSide::enter(Requests& requests, std::size_t times) {
  for (std::size_t i = 0; i < times; ++i) {
    deployments_.begin();
    expect_active(requests.next().tenant.value());
    deployments_.commit();
  }
}

void RawSide::enter_and_read(Requests& requests, std::size_t times) {
  for (std::size_t i = 0; i < times; ++i) {
    const Request& request = requests.next();
    deployments_.begin();
    expect_active(request.tenant.value());
    read_row(request.tenant.value(), request);
    deployments_.commit();
  }
}

void RawSide::read(Requests& requests, std::size_t times) {
  for (std::size_t i = 0; i < times; ++i) {
    const Request& request = requests.next();
    deployments_.begin();
    read_row(request.tenant.value(), request);
    deployments_.commit();
  }
}

}  // namespace tenancy_bench
