#include "isolation/library_side.hpp"

#include <cstddef>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "tenancy/core/page.hpp"
#include "tenancy/data/repository.hpp"

#include "isolation/checksum.hpp"
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

/// Visits the tenant's rows in the order of their keys.
template <class Visit>
tenancy::Result<void> stream(const tenancy::ReadRepository<Deployment>& deployments, Visit visit) {
  return deployments.for_each({}, std::move(visit));
}

}  // namespace

class LibrarySide final : public Cases {
 public:
  LibrarySide(const DataSet& data, Workload workload);

  void point_read(std::size_t times) override;
  void list_behind_cursor(std::size_t times) override;
  void list_numbered(std::size_t times) override;
  void stream(std::size_t times) override;
  void insert(std::size_t times) override;
  void update(std::size_t times) override;
  void erase(std::size_t times) override;

  void one_shot_read(std::size_t times) override;
  void one_shot_list(std::size_t times) override;
  void one_shot_stream(std::size_t times) override;
  void one_shot_insert(std::size_t times) override;
  void one_shot_update(std::size_t times) override;
  void one_shot_erase(std::size_t times) override;

 private:
  using Deployments = tenancy::Repository<Deployment>;

  void list(const tenancy::PageRequest& request, std::size_t times);
  void stream_once(const tenancy::ReadRepository<Deployment>& deployments);
  static void insert_once(const Deployments& deployments, Deployment& row);
  static void update_once(const Deployments& deployments, Deployment& row);

  Workload workload_;
  tenancy::Store store_;
  tenancy::TenantContext context_;
  tenancy::TenantContext large_tenant_;
  std::vector<Deployments> one_shot_;
  Deployments large_one_shot_;
  tenancy::PageRequest behind_cursor_;
};

LibrarySide::LibrarySide(const DataSet& data, Workload workload)
    : workload_{std::move(workload)},
      store_{data.store()},
      context_{data.tenants()[Workload::tenant]},
      large_tenant_{data.large_tenant()},
      large_one_shot_{store_, large_tenant_} {
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

void LibrarySide::stream(std::size_t times) {
  check(store_.read(large_tenant_,
                    [&](tenancy::ReadTransaction& transaction) -> tenancy::Result<void> {
                      for (std::size_t i = 0; i < times; ++i) {
                        stream_once(tenancy::ReadRepository<Deployment>{transaction});
                      }
                      return tenancy::success();
                    }));
}

void LibrarySide::stream_once(const tenancy::ReadRepository<Deployment>& deployments) {
  Checksum checksum;
  check(tenancy_bench::stream(deployments, [&](const Deployment& row) { checksum.add(row); }));
  set_streamed(checksum.value());
}

void LibrarySide::insert(std::size_t times) {
  roll_back_after(store_, context_, [&](const Deployments& deployments) {
    for (std::size_t i = 0; i < times; ++i) {
      insert_once(deployments, workload_.new_rows.at(i));
    }
  });
}

void LibrarySide::insert_once(const Deployments& deployments, Deployment& row) {
  auto stored = deployments.insert(std::move(row));
  check(stored);
  row = std::move(stored).value();
}

void LibrarySide::update(std::size_t times) {
  roll_back_after(store_, context_, [&](const Deployments& deployments) {
    for (std::size_t i = 0; i < times; ++i) {
      update_once(deployments, workload_.existing_rows[i % workload_.existing_rows.size()]);
    }
  });
}

void LibrarySide::update_once(const Deployments& deployments, Deployment& row) {
  auto stored = deployments.update(std::move(row));
  check(stored);
  row = std::move(stored).value();
}

void LibrarySide::erase(std::size_t times) {
  roll_back_after(store_, large_tenant_, [&](const Deployments& deployments) {
    for (std::size_t i = 0; i < times; ++i) {
      check(deployments.erase(workload_.doomed_rows.at(i).id));
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

void LibrarySide::one_shot_list(std::size_t times) {
  for (std::size_t i = 0; i < times; ++i) {
    const auto page = one_shot_[Workload::tenant].list(behind_cursor_);
    check(page);
    benchmark::DoNotOptimize(page);
  }
}

void LibrarySide::one_shot_stream(std::size_t times) {
  for (std::size_t i = 0; i < times; ++i) {
    stream_once(large_one_shot_);
  }
}

void LibrarySide::one_shot_insert(std::size_t times) {
  for (std::size_t i = 0; i < times; ++i) {
    insert_once(one_shot_[Workload::tenant], workload_.new_rows.at(i));
  }
}

void LibrarySide::one_shot_update(std::size_t times) {
  for (std::size_t i = 0; i < times; ++i) {
    update_once(one_shot_[Workload::tenant],
                workload_.existing_rows[i % workload_.existing_rows.size()]);
  }
}

void LibrarySide::one_shot_erase(std::size_t times) {
  for (std::size_t i = 0; i < times; ++i) {
    check(large_one_shot_.erase(workload_.doomed_rows.at(i).id));
  }
}

std::unique_ptr<Cases> make_library_side(const DataSet& data, Workload workload) {
  return std::make_unique<LibrarySide>(data, std::move(workload));
}

}  // namespace tenancy_bench
