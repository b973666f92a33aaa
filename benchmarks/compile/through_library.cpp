// A source file as an embedder writes it, with what one entity needs. The benchmark compiles it as
// it stands here, and with that part repeated.

#include <cstddef>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "tenancy/tenancy.hpp"

namespace tenancy_bench::compiled {

// [entity
struct Deployment {
  std::string id = {};
  std::string project_name = {};
  std::string status = {};
  std::optional<std::string> url = {};
  tenancy::Timestamp created_at = {};
  tenancy::Timestamp updated_at = {};
};

constexpr auto tenancy_mapping(std::type_identity<Deployment> /*type*/) {
  namespace m = tenancy::mapping;
  return m::entity("deployments", m::generated_key("id", &Deployment::id),
                   m::column("project_name", &Deployment::project_name),
                   m::column("status", &Deployment::status), m::column("url", &Deployment::url),
                   m::created_at("created_at", &Deployment::created_at),
                   m::updated_at("updated_at", &Deployment::updated_at));
}

tenancy::Result<std::size_t> use(const tenancy::Store& store, const tenancy::TenantContext& context,
                                 const Deployment& row) {
  return store.write(context,
                     [&](tenancy::WriteTransaction& transaction) -> tenancy::Result<std::size_t> {
                       const tenancy::Repository<Deployment> deployments{transaction};
                       BOOST_OUTCOME_TRY(const auto stored, deployments.insert(row));
                       BOOST_OUTCOME_TRY(const auto found, deployments.find(stored.id));
                       BOOST_OUTCOME_TRY(const auto page, deployments.list({.limit = 50}));
                       return page.items.size() + (found ? 1 : 0);
                     });
}
// entity]

}  // namespace tenancy_bench::compiled
