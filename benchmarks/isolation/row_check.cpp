#include "isolation/row_check.hpp"

#include <cstdint>
#include <string>

#include <benchmark/benchmark.h>

#include "give_up.hpp"

namespace tenancy_bench {
namespace {

const std::string columns = "id, project_name, status, url, created_at, updated_at";
const std::string one = " FROM deployments WHERE tenant_id = ?1 AND id = ?2";
const std::string all = " FROM deployments WHERE tenant_id = ?1 ORDER BY id";

void read(const RawUse& use, int first, Deployment& row) {
  use.text(first, row.id);
  use.text(first + 1, row.project_name);
  use.text(first + 2, row.status);
  if (use.is_null(first + 3)) {
    row.url.reset();
  } else {
    use.text(first + 3, row.url ? *row.url : row.url.emplace());
  }
  row.created_at = tenancy::Timestamp::from_microseconds(use.number(first + 4));
  row.updated_at = tenancy::Timestamp::from_microseconds(use.number(first + 5));
}

void read_checked(const RawUse& use, std::int64_t tenant, Deployment& row) {
  if (use.number(0) != tenant) [[unlikely]] {
    give_up("a row of another tenant");
  }
  read(use, 1, row);
}

}  // namespace

RowCheck::RowCheck(const DataSet& data, const Workload& workload)
    : workload_{workload},
      rows_{data.file()},
      tenant_{data.tenants()[Workload::tenant].tenant().value()},
      large_tenant_{data.large_tenant().tenant().value()},
      find_{rows_.prepare("SELECT " + columns + one)},
      find_checked_{rows_.prepare("SELECT tenant_id, " + columns + one)},
      all_{rows_.prepare("SELECT " + columns + all)},
      all_checked_{rows_.prepare("SELECT tenant_id, " + columns + all)} {}

void RowCheck::stream(Checks checks, std::size_t times) {
  rows_.begin();
  Deployment row;
  for (std::size_t i = 0; i < times; ++i) {
    RawUse use{(checks == Checks::yes ? all_checked_ : all_).get()};
    use.bind_number(1, large_tenant_);
    while (use.step()) {
      if (checks == Checks::yes) {
        read_checked(use, large_tenant_, row);
      } else {
        read(use, 0, row);
      }
      benchmark::DoNotOptimize(row);
    }
  }
  rows_.roll_back();
}

void RowCheck::point_read(Checks checks, std::size_t times) {
  rows_.begin();
  for (std::size_t i = 0; i < times; ++i) {
    RawUse use{(checks == Checks::yes ? find_checked_ : find_).get()};
    use.bind_number(1, tenant_);
    use.bind_text(2, workload_.keys[i % workload_.keys.size()]);
    Deployment row;
    if (!use.step()) {
      give_up("a row is missing");
    }
    if (checks == Checks::yes) {
      read_checked(use, tenant_, row);
    } else {
      read(use, 0, row);
    }
    benchmark::DoNotOptimize(row);
  }
  rows_.roll_back();
}

}  // namespace tenancy_bench
