#include "existence/through_library.hpp"

#include <utility>

#include "tenancy/data/repository.hpp"
#include "tenancy/registry/open.hpp"

#include "deployment.hpp"
#include "give_up.hpp"
#include "isolation/data_set.hpp"
#include "must.hpp"

namespace tenancy_bench {
namespace {

using tenancy::errc;
using tenancy::Repository;

// Numbers of sets of ids of one shape, which spread alike among one another.
constexpr std::size_t own_set = 0;
constexpr std::size_t first_set = 1;
constexpr std::size_t second_set = 2;
/// Tenants beside, so that the two are not all that there is.
constexpr std::size_t bystanders = 20;
constexpr std::size_t first_bystander = 100;

template <class T>
void expect_missing(const tenancy::Result<T>& result) {
  if (result || result.error() != errc::not_found) {
    give_up("a row was found that is not the tenant's");
  }
}

void expect_found_if_own(bool is_found, AskingTenant::Whose whose) {
  if (is_found != (whose == AskingTenant::Whose::own)) {
    give_up("a row was found that is not the tenant's, or not one that is");
  }
}

/// The tenant with that slug, with these rows when it is new.
tenancy::TenantContext tenant(const tenancy::Authority& authority, const std::string& slug,
                              std::size_t set) {
  const auto registry = authority.registry();
  if (auto found = registry.find(must(tenancy::Slug::parse(slug)))) {
    return must(authority.enter(found.value().id));
  }
  auto context = must(authority.enter(must(registry.create({slug, slug})).id));
  std::vector<Deployment> rows;
  for (std::size_t number = 0; number < AskingTenant::rows; ++number) {
    rows.push_back(DataSet::row(set, number));
  }
  check(Repository<Deployment>{authority.store(), context}.insert_many(std::move(rows)));
  return context;
}

}  // namespace

AskingTenant::Side AskingTenant::make(const std::filesystem::path& file, std::size_t set_of_other,
                                      std::size_t set_of_nobody) {
  auto authority = must(tenancy::open("sqlite:" + file.string(),
                                      {.migrations = {{1, "deployments", create_deployments}}}));
  for (std::size_t i = 0; i < bystanders; ++i) {
    tenant(authority, "bystander-" + std::to_string(i), first_bystander + i);
  }
  auto context = tenant(authority, "asking", own_set);
  tenant(authority, "other", set_of_other);
  std::array<std::vector<std::string>, 3> ids;
  for (std::size_t number = 0; number < rows; ++number) {
    ids[static_cast<std::size_t>(Whose::other)].push_back(DataSet::row(set_of_other, number).id);
    ids[static_cast<std::size_t>(Whose::nobody)].push_back(DataSet::row(set_of_nobody, number).id);
    ids[static_cast<std::size_t>(Whose::own)].push_back(DataSet::row(own_set, number).id);
  }
  auto store = authority.store();
  return {std::move(authority), std::move(store), std::move(context), std::move(ids)};
}

AskingTenant::AskingTenant(const std::filesystem::path& file)
    : sides_{make(file.string() + ".1", first_set, second_set),
             make(file.string() + ".2", second_set, first_set)} {}

void AskingTenant::find(Whose whose, std::size_t variant) const {
  const Side& in = side(variant);
  const auto found = Repository<Deployment>{in.store, in.context}.find(in.id(whose, variant));
  check(found);
  expect_found_if_own(found.value().has_value(), whose);
}

void AskingTenant::exists(Whose whose, std::size_t variant) const {
  const Side& in = side(variant);
  const auto presence =
      must(Repository<Deployment>{in.store, in.context}.exists(in.id(whose, variant)));
  expect_found_if_own(presence == tenancy::Presence::present, whose);
}

void AskingTenant::update(Whose whose, std::size_t variant) const {
  const Side& in = side(variant);
  expect_missing(Repository<Deployment>{in.store, in.context}.update(
      Deployment{.id = in.id(whose, variant), .project_name = "taken", .status = "live"}));
}

void AskingTenant::erase(Whose whose, std::size_t variant) const {
  const Side& in = side(variant);
  expect_missing(Repository<Deployment>{in.store, in.context}.erase(in.id(whose, variant)));
}

}  // namespace tenancy_bench
