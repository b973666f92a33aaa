#include "isolation/library_side.hpp"

#include <utility>

#include <benchmark/benchmark.h>

#include "must.hpp"

namespace tenancy_bench {
namespace {

/// Runs a unit that changes rows and takes the changes back.
template <class Unit>
void roll_back_after(const tenancy::Store& store, const tenancy::TenantContext& context,
                     Unit unit) {
  const auto outcome =
      store.write(context, [&](tenancy::WriteTransaction& transaction) -> tenancy::Result<void> {
        unit(tenancy::Repository<Deployment>{transaction});
        return tenancy::Error{tenancy::errc::cancelled, "taken back"};
      });
  if (outcome || outcome.error() != tenancy::errc::cancelled) {
    check(outcome);
  }
}

}  // namespace

LibrarySide::LibrarySide(const DataSet& data, Workload workload)
    : workload_{std::move(workload)},
      store_{data.store()},
      context_{data.tenants()[Workload::tenant]} {
  for (const auto& context : data.tenants()) {
    one_shot_.emplace_back(store_, context);
  }
  const tenancy::PageRequest before{.limit = Workload::page_limit,
                                    .number = Workload::page_before_cursor};
  behind_cursor_ = {.limit = Workload::page_limit,
                    .cursor = must(one_shot_[Workload::tenant].list(before)).next_cursor};
}

void LibrarySide::point_read(std::size_t times) {
  check(store_.read(context_, [&](tenancy::ReadTransaction& transaction) -> tenancy::Result<void> {
    const tenancy::ReadRepository<Deployment> deployments{transaction};
    for (std::size_t i = 0; i < times; ++i) {
      const auto row = deployments.find(workload_.keys[i % workload_.keys.size()]);
      check(row);
      benchmark::DoNotOptimize(row);
    }
    return tenancy::success();
  }));
}

void LibrarySide::list_behind_cursor(std::size_t times) { list(behind_cursor_, times); }

void LibrarySide::list_numbered(std::size_t times) {
  list({.limit = Workload::page_limit, .number = 1}, times);
}

void LibrarySide::list(const tenancy::PageRequest& request, std::size_t times) {
  check(store_.read(context_, [&](tenancy::ReadTransaction& transaction) -> tenancy::Result<void> {
    const tenancy::ReadRepository<Deployment> deployments{transaction};
    for (std::size_t i = 0; i < times; ++i) {
      const auto page = deployments.list(request);
      check(page);
      benchmark::DoNotOptimize(page);
    }
    return tenancy::success();
  }));
}

void LibrarySide::insert(std::size_t times) {
  roll_back_after(store_, context_, [&](const tenancy::Repository<Deployment>& deployments) {
    for (std::size_t i = 0; i < times; ++i) {
      auto& row = workload_.new_rows.at(i);
      auto stored = deployments.insert(std::move(row));
      check(stored);
      row = std::move(stored).value();
    }
  });
}

void LibrarySide::update(std::size_t times) {
  roll_back_after(store_, context_, [&](const tenancy::Repository<Deployment>& deployments) {
    for (std::size_t i = 0; i < times; ++i) {
      auto& row = workload_.existing_rows[i % workload_.existing_rows.size()];
      auto stored = deployments.update(std::move(row));
      check(stored);
      row = std::move(stored).value();
    }
  });
}

void LibrarySide::one_shot_read(std::size_t times) {
  for (std::size_t i = 0; i < times; ++i) {
    const std::size_t tenant = i % one_shot_.size();
    const auto row = one_shot_[tenant].find(workload_.tenants_keys[tenant]);
    check(row);
    benchmark::DoNotOptimize(row);
  }
}

}  // namespace tenancy_bench
