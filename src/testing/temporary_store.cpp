#include "tenancy/testing/temporary_store.hpp"

#include <utility>

#include "tenancy/testing/must.hpp"

#include "storage/sqlite/temporary_folder.hpp"

namespace tenancy::inline v0::testing {
namespace {

using Folder = tenancy::detail::sqlite::TemporaryFolder;

std::string url_of(const std::filesystem::path& file) { return "sqlite:" + file.string(); }

OpenOptions with_clock(OpenOptions options, const std::shared_ptr<ManualClock>& clock) {
  options.store.clock = clock;
  // There is no store yet that could be verified.
  options.schema = SchemaMode::migrate;
  return options;
}

}  // namespace

struct TemporaryStore::State {
  State(OpenOptions options, SourceLocation where)
      : folder{must(Folder::create(), where)},
        file{folder.path() / "store.db"},
        clock{std::make_shared<ManualClock>(start)},
        verified{.schema_policy = options.schema_policy,
                 .mappings = options.mappings,
                 .store = {.clock = clock}},
        authority{must(open(url_of(file), with_clock(std::move(options), clock)), where)} {}

  // In this order: the folder goes last.
  Folder folder;
  std::filesystem::path file;
  std::shared_ptr<ManualClock> clock;
  /// Of the options, what the schema is held against.
  OpenOptions verified;
  Authority authority;
};

TemporaryStore::TemporaryStore(OpenOptions options, SourceLocation where)
    : state_{std::make_unique<State>(std::move(options), where)} {}

TemporaryStore::~TemporaryStore() = default;

Authority& TemporaryStore::authority() noexcept { return state_->authority; }
const Authority& TemporaryStore::authority() const noexcept { return state_->authority; }

Store TemporaryStore::store() const { return state_->authority.store(); }

TenantRegistry TemporaryStore::registry() const { return state_->authority.registry(); }

const std::shared_ptr<ManualClock>& TemporaryStore::clock() const noexcept { return state_->clock; }

Tenant TemporaryStore::tenant(std::string_view slug, SourceLocation where) const {
  const auto tenants = registry();
  auto found = tenants.find(must(Slug::parse(slug), where));
  if (!found && found.error() == errc::not_found) {
    const std::string name{slug};
    return must(tenants.create({name, name}), where);
  }
  return must(std::move(found), where);
}

TenantContext TemporaryStore::context(std::string_view slug, Scope scope,
                                      SourceLocation where) const {
  return must(state_->authority.enter(tenant(slug, where).id, Principal::host(), scope), where);
}

const std::filesystem::path& TemporaryStore::file() const noexcept { return state_->file; }

std::string TemporaryStore::url() const { return url_of(state_->file); }

SchemaReport TemporaryStore::schema_report(SourceLocation where) const {
  return must(verify_schema(url(), state_->verified), where);
}

}  // namespace tenancy::inline v0::testing
