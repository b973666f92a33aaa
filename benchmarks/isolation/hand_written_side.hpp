#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "isolation/cases.hpp"
#include "isolation/checksum.hpp"
#include "isolation/data_set.hpp"
#include "isolation/workload.hpp"

namespace tenancy_bench {

/// The cases by hand. `Rows` does the work on the table, as `RawDeployments` does; its
/// `ReadTransaction` and `WriteTransaction`, made from a `Rows&`, roll back unless `commit()` is
/// called.
template <class Rows>
class HandWrittenSide final : public Cases {
 public:
  HandWrittenSide(const DataSet& data, Workload workload)
      : workload_{std::move(workload)},
        tenant_{data.tenants()[Workload::tenant].tenant().value()},
        large_tenant_{data.large_tenant().tenant().value()},
        rows_{data.file()} {
    for (const auto& context : data.tenants()) {
      tenants_.push_back(context.tenant().value());
    }
  }

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
  using ReadTransaction = typename Rows::ReadTransaction;
  using WriteTransaction = typename Rows::WriteTransaction;

  /// A side that does something else than the others measures nothing.
  static void expect(bool done) {
    if (!done) [[unlikely]] {
      std::cerr << "A row is not where it should be.\n";
      std::exit(EXIT_FAILURE);
    }
  }

  void stream_once() {
    Checksum checksum;
    rows_.for_each(large_tenant_, [&](const Deployment& row) { checksum.add(row); });
    set_streamed(checksum.value());
  }

  Deployment& existing_row(std::size_t i) {
    return workload_.existing_rows[i % workload_.existing_rows.size()];
  }

  Workload workload_;
  std::vector<std::int64_t> tenants_;
  std::int64_t tenant_;
  std::int64_t large_tenant_;
  Rows rows_;
};

template <class Rows>
void HandWrittenSide<Rows>::point_read(std::size_t times) {
  ReadTransaction transaction{rows_};
  for (std::size_t i = 0; i < times; ++i) {
    const auto row = rows_.find(tenant_, workload_.keys[i % workload_.keys.size()]);
    expect(row.has_value());
    benchmark::DoNotOptimize(row);
  }
  transaction.commit();
}

template <class Rows>
void HandWrittenSide<Rows>::list_behind_cursor(std::size_t times) {
  ReadTransaction transaction{rows_};
  for (std::size_t i = 0; i < times; ++i) {
    const auto page = rows_.page_after(tenant_, workload_.last_key, Workload::page_limit);
    expect(page.next.has_value());
    benchmark::DoNotOptimize(page);
  }
  transaction.commit();
}

template <class Rows>
void HandWrittenSide<Rows>::list_numbered(std::size_t times) {
  ReadTransaction transaction{rows_};
  for (std::size_t i = 0; i < times; ++i) {
    const auto page = rows_.page(tenant_, 1, Workload::page_limit);
    expect(page.next.has_value());
    benchmark::DoNotOptimize(page);
  }
  transaction.commit();
}

template <class Rows>
void HandWrittenSide<Rows>::stream(std::size_t times) {
  ReadTransaction transaction{rows_};
  for (std::size_t i = 0; i < times; ++i) {
    stream_once();
  }
  transaction.commit();
}

template <class Rows>
void HandWrittenSide<Rows>::insert(std::size_t times) {
  WriteTransaction transaction{rows_};
  for (std::size_t i = 0; i < times; ++i) {
    rows_.insert(tenant_, workload_.new_rows.at(i));
  }
}

template <class Rows>
void HandWrittenSide<Rows>::update(std::size_t times) {
  WriteTransaction transaction{rows_};
  for (std::size_t i = 0; i < times; ++i) {
    expect(rows_.update(tenant_, existing_row(i)));
  }
}

template <class Rows>
void HandWrittenSide<Rows>::erase(std::size_t times) {
  WriteTransaction transaction{rows_};
  for (std::size_t i = 0; i < times; ++i) {
    expect(rows_.erase(large_tenant_, workload_.doomed_rows.at(i).id));
  }
}

template <class Rows>
void HandWrittenSide<Rows>::one_shot_read(std::size_t times) {
  for (std::size_t i = 0; i < times; ++i) {
    const std::size_t tenant = i % tenants_.size();
    ReadTransaction transaction{rows_};
    const auto row = rows_.find(tenants_[tenant], workload_.tenants_keys[tenant]);
    transaction.commit();
    expect(row.has_value());
    benchmark::DoNotOptimize(row);
  }
}

template <class Rows>
void HandWrittenSide<Rows>::one_shot_list(std::size_t times) {
  for (std::size_t i = 0; i < times; ++i) {
    ReadTransaction transaction{rows_};
    const auto page = rows_.page_after(tenant_, workload_.last_key, Workload::page_limit);
    transaction.commit();
    expect(page.next.has_value());
    benchmark::DoNotOptimize(page);
  }
}

template <class Rows>
void HandWrittenSide<Rows>::one_shot_stream(std::size_t times) {
  for (std::size_t i = 0; i < times; ++i) {
    ReadTransaction transaction{rows_};
    stream_once();
    transaction.commit();
  }
}

template <class Rows>
void HandWrittenSide<Rows>::one_shot_insert(std::size_t times) {
  for (std::size_t i = 0; i < times; ++i) {
    WriteTransaction transaction{rows_};
    rows_.insert(tenant_, workload_.new_rows.at(i));
    transaction.commit();
  }
}

template <class Rows>
void HandWrittenSide<Rows>::one_shot_update(std::size_t times) {
  for (std::size_t i = 0; i < times; ++i) {
    WriteTransaction transaction{rows_};
    expect(rows_.update(tenant_, existing_row(i)));
    transaction.commit();
  }
}

template <class Rows>
void HandWrittenSide<Rows>::one_shot_erase(std::size_t times) {
  for (std::size_t i = 0; i < times; ++i) {
    WriteTransaction transaction{rows_};
    expect(rows_.erase(large_tenant_, workload_.doomed_rows.at(i).id));
    transaction.commit();
  }
}

}  // namespace tenancy_bench
