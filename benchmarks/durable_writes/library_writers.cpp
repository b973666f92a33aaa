#include "durable_writes/library_writers.hpp"

#include "durable_writes/empty_store.hpp"
#include "durable_writes/row.hpp"
#include "must.hpp"

namespace tenancy_bench {
namespace {

std::size_t rows_on_disk(const tenancy::Result<Deployment>& result) {
  if (result) [[likely]] {
    return 1;
  }
  if (result.error() != tenancy::Condition::unavailable) {
    check(result);
  }
  return 0;
}

}  // namespace

LibraryWriters::LibraryWriters(const tenancy::Authority& authority,
                               std::span<const tenancy::TenantId> tenants)
    : store_{authority.store()} {
  const auto principal = benchmark_principal();
  for (const tenancy::TenantId tenant : tenants) {
    contexts_.push_back(must(authority.enter(tenant, principal)));
    repositories_.emplace_back(store_, contexts_.back());
  }
}

std::size_t LibraryWriters::insert(std::size_t thread, std::size_t number) const {
  return rows_on_disk(repositories_[thread].insert(new_row(number)));
}

std::size_t LibraryWriters::insert_in_unit(std::size_t thread, std::size_t number) const {
  return rows_on_disk(
      store_.write(contexts_[thread], [number](tenancy::WriteTransaction& transaction) {
        return tenancy::Repository<Deployment>{transaction}.insert(new_row(number));
      }));
}

}  // namespace tenancy_bench
