#include "tenants/library_side.hpp"

#include <benchmark/benchmark.h>

#include "tenancy/data/repository.hpp"
#include "tenancy/registry/open.hpp"

#include "deployment.hpp"
#include "must.hpp"

namespace tenancy_bench {

tenancy::Authority open_store(const std::filesystem::path& file, std::size_t cache_bytes) {
  return must(tenancy::open("sqlite:" + file.string(),
                            {.migrations = {{1, "deployments", create_deployments}},
                             .registry = {.cache_bytes = cache_bytes}}));
}

tenancy::Principal benchmark_principal() {
  return must(tenancy::Principal::create(tenancy::PrincipalKind::system, "benchmark"));
}

LibrarySide::LibrarySide(const std::filesystem::path& file, std::size_t cache_bytes)
    : authority_{open_store(file, cache_bytes)},
      authenticator_{authority_.authenticator()},
      store_{authority_.store()},
      principal_{benchmark_principal()} {}

void LibrarySide::authenticate(Requests& requests, std::size_t times) const {
  for (std::size_t i = 0; i < times; ++i) {
    const auto context = authenticator_.authenticate(requests.next().key);
    check(context);
    benchmark::DoNotOptimize(context);
  }
}

void LibrarySide::authenticate_and_read(Requests& requests, std::size_t times) const {
  for (std::size_t i = 0; i < times; ++i) {
    const Request& request = requests.next();
    const auto context = authenticator_.authenticate(request.key);
    check(context);
    read(context.value(), request);
  }
}

void LibrarySide::enter(Requests& requests, std::size_t times) const {
  for (std::size_t i = 0; i < times; ++i) {
    const auto context = authority_.enter(requests.next().tenant, principal_);
    check(context);
    benchmark::DoNotOptimize(context);
  }
}

void LibrarySide::enter_and_read(Requests& requests, std::size_t times) const {
  for (std::size_t i = 0; i < times; ++i) {
    const Request& request = requests.next();
    const auto context = authority_.enter(request.tenant, principal_);
    check(context);
    read(context.value(), request);
  }
}

void LibrarySide::read(const tenancy::TenantContext& context, const Request& request) const {
  const tenancy::Repository<Deployment> deployments{store_, context};
  const auto row = deployments.find(request.row);
  check(row);
  benchmark::DoNotOptimize(row);
}

}  // namespace tenancy_bench
