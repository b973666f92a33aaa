#include "existence/through_library.hpp"

#include <utility>

#include "tenancy/data/repository.hpp"
#include "tenancy/registry/open.hpp"

#include "deployment.hpp"
#include "isolation/data_set.hpp"
#include "must.hpp"

namespace tenancy_bench {
namespace {

using tenancy::errc;
using tenancy::Repository;

// Sets of ids have numbers. All are of one shape and spread alike among one another.
constexpr std::size_t own_set = 0;
/// Tenants beside, so that the two are not all that there is.
constexpr std::size_t bystanders = 20;
constexpr std::size_t first_bystander = 100;

template <class T>
bool was_there(const tenancy::Result<T>& result) {
  if (!result && result.error() != errc::not_found) {
    check(result);
  }
  return result.has_value();
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

AskingTenant::Side AskingTenant::make(const std::filesystem::path& file,
                                      const std::array<std::size_t, 5>& sets) {
  auto authority = must(tenancy::open("sqlite:" + file.string(),
                                      {.migrations = {{1, "deployments", create_deployments}}}));
  for (std::size_t i = 0; i < bystanders; ++i) {
    tenant(authority, "bystander-" + std::to_string(i), first_bystander + i);
  }
  auto context = tenant(authority, "asking", own_set);
  tenant(authority, "other", sets[static_cast<std::size_t>(Whose::other)]);
  std::array<std::vector<std::string>, 5> ids;
  for (std::size_t whose = 0; whose < sets.size(); ++whose) {
    for (std::size_t number = 0; number < rows; ++number) {
      ids[whose].push_back(DataSet::row(sets[whose], number).id);
    }
  }
  auto store = authority.store();
  return {std::move(authority), std::move(store), std::move(context), std::move(ids)};
}

AskingTenant::AskingTenant(const std::filesystem::path& file)
    : sides_{make(file.string() + ".1", {1, 2, own_set, 3, 4}),
             make(file.string() + ".2", {2, 1, own_set, 4, 3})} {}

void AskingTenant::choose(Whose whose, std::size_t variant) {
  side_ = &sides_[variant % 2];
  row_.id = side_->ids[static_cast<std::size_t>(whose)][variant / 2];
}

bool AskingTenant::find() const {
  return must(Repository<Deployment>{side_->store, side_->context}.find(row_.id)).has_value();
}

bool AskingTenant::exists() const {
  return must(Repository<Deployment>{side_->store, side_->context}.exists(row_.id)) ==
         tenancy::Presence::present;
}

bool AskingTenant::update() const {
  return was_there(Repository<Deployment>{side_->store, side_->context}.update(row_));
}

bool AskingTenant::erase() const {
  return was_there(Repository<Deployment>{side_->store, side_->context}.erase(row_.id));
}

}  // namespace tenancy_bench
