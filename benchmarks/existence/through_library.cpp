#include "existence/through_library.hpp"

#include <benchmark/benchmark.h>

#include "tenancy/data/repository.hpp"

#include "deployment.hpp"
#include "give_up.hpp"
#include "must.hpp"

namespace tenancy_bench {
namespace {

using tenancy::errc;
using tenancy::Repository;

constexpr std::size_t asking = 42;
constexpr std::size_t other = 43;
/// There is no such tenant; its ids are those of no rows.
constexpr std::size_t nobody = 777;

template <class T>
void expect_missing(const tenancy::Result<T>& result) {
  if (result || result.error() != errc::not_found) {
    give_up("a row was found that is not the tenant's");
  }
}

}  // namespace

AskingTenant::AskingTenant(const std::filesystem::path& file)
    : data_{file}, store_{data_.store()}, context_{data_.tenants()[asking]} {
  for (const std::size_t tenant : {other, nobody, asking}) {
    auto& ids = ids_.emplace_back();
    for (std::size_t number = 0; number < variants; ++number) {
      ids.push_back(DataSet::row(tenant, number).id);
    }
  }
}

void AskingTenant::find(Whose whose, std::size_t number) const {
  const auto found = Repository<Deployment>{store_, context_}.find(id(whose, number));
  check(found);
  if (found.value().has_value() != (whose == Whose::own)) {
    give_up("a row was found that is not the tenant's, or not one that is");
  }
}

void AskingTenant::exists(Whose whose, std::size_t number) const {
  const auto presence = must(Repository<Deployment>{store_, context_}.exists(id(whose, number)));
  if ((presence == tenancy::Presence::present) != (whose == Whose::own)) {
    give_up("a row was found that is not the tenant's, or not one that is");
  }
}

void AskingTenant::update(Whose whose, std::size_t number) const {
  expect_missing(Repository<Deployment>{store_, context_}.update(
      Deployment{.id = id(whose, number), .project_name = "taken", .status = "live"}));
}

void AskingTenant::erase(Whose whose, std::size_t number) const {
  expect_missing(Repository<Deployment>{store_, context_}.erase(id(whose, number)));
}

}  // namespace tenancy_bench
