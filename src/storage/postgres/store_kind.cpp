#include "tenancy/storage/postgres/store_kind.hpp"

#include <memory>
#include <utility>

#include "tenancy/storage/detail/store_opener.hpp"

#include "storage/postgres/address.hpp"
#include "storage/postgres/postgres_store.hpp"

namespace tenancy::inline v0::detail::postgres {
namespace {

constexpr std::string_view journal_sql =
    "SELECT count(*) FROM pg_catalog.pg_class WHERE relkind = 'r' AND "
    "relname = 'tenancy_migrations' AND "
    "relnamespace = pg_catalog.to_regnamespace(current_schema())";

/// A store that is looked at: a connection that only reads.
class PostgresInspection final : public StoreInspection {
 public:
  explicit PostgresInspection(std::shared_ptr<PostgresStore> store) noexcept
      : store_{std::move(store)} {}

  Result<void> read(const CallOptions& call, StoreBackend::ControlBody body) override {
    return store_->control_read(call, body);
  }
  [[nodiscard]] Dialect dialect() const noexcept override { return Dialect::postgresql; }

 private:
  const std::shared_ptr<PostgresStore> store_;
};

class PostgresOpener final : public StoreOpener {
 public:
  explicit PostgresOpener(PostgresOptions options) noexcept : options_{std::move(options)} {}

  [[nodiscard]] bool takes(std::string_view url) const noexcept override {
    return Address::takes(url);
  }
  [[nodiscard]] Dialect dialect() const noexcept override { return Dialect::postgresql; }

  Result<std::unique_ptr<StoreInspection>> inspect(std::string_view url,
                                                   const StoreOptions& options,
                                                   const CallOptions& call) const override {
    BOOST_OUTCOME_TRY(const auto address, Address::parse(url));
    PostgresOptions one = options_;
    one.max_connections = 1;
    // The owner looks, too; nothing is written by either.
    BOOST_OUTCOME_TRY(auto store, PostgresStore::open(address, PostgresStore::Role::owner,
                                                      KeyRing::ephemeral(), options, one, call));
    std::int64_t journals = 0;
    BOOST_OUTCOME_TRY(
        detail::control_read(*store, call, [&](ControlSession& session) -> Result<void> {
          return session.look_up(
              journal_sql, [&](const Statement& row) { journals = row.int64(0).value_or(0); });
        }));
    if (journals == 0) {
      return std::unique_ptr<StoreInspection>{};
    }
    return std::unique_ptr<StoreInspection>{std::make_unique<PostgresInspection>(std::move(store))};
  }

  Result<std::shared_ptr<StoreBackend>> open(std::string_view url,
                                             StoreOpening opening) const override {
    BOOST_OUTCOME_TRY(const auto address, Address::parse(url));
    if (!opening.keys) {
      return Error{errc::key_ring_unavailable,
                   "a store on PostgreSQL has no place for its keys: pass them in "
                   "OpenOptions::keys, from KeyRing::open(FILE) for example"};
    }
    BOOST_OUTCOME_TRY(auto store,
                      PostgresStore::open(address, PostgresStore::Role::application, *opening.keys,
                                          std::move(opening.options), options_, opening.call,
                                          std::move(opening.scoped_schema)));
    return std::shared_ptr<StoreBackend>{std::move(store)};
  }

  Result<std::shared_ptr<StoreBackend>> open_to_migrate(std::string_view url,
                                                        StoreOpening opening) const override {
    BOOST_OUTCOME_TRY(const auto address, Address::parse(url));
    BOOST_OUTCOME_TRY(auto store,
                      PostgresStore::open(address, PostgresStore::Role::owner, KeyRing::ephemeral(),
                                          std::move(opening.options), options_, opening.call));
    return std::shared_ptr<StoreBackend>{std::move(store)};
  }

  Result<std::shared_ptr<StoreBackend>> open_copy(std::string_view /*url*/, bool /*is_empty*/,
                                                  StoreOpening /*opening*/) const override {
    return Error{errc::not_supported,
                 "there is no dry run on PostgreSQL: try the steps on a copy of the database"};
  }

  [[nodiscard]] bool migrates_by_itself() const noexcept override { return false; }

 private:
  const PostgresOptions options_;
};

}  // namespace
}  // namespace tenancy::inline v0::detail::postgres

namespace tenancy::inline v0::postgres {

StoreKind store_kind(PostgresOptions options) {
  TENANCY_ASSERT(options.max_connections >= 1 && options.max_connections <= 1000,
                 "PostgresOptions::max_connections is 1 to 1000");
  TENANCY_ASSERT(options.check_idle_after >= std::chrono::milliseconds{0},
                 "PostgresOptions::check_idle_after is not negative");
  TENANCY_ASSERT(options.max_tenant_share >= 1 && options.max_tenant_share <= 100,
                 "PostgresOptions::max_tenant_share is 1 to 100");
  return StoreKind{std::make_shared<const detail::postgres::PostgresOpener>(std::move(options))};
}

}  // namespace tenancy::inline v0::postgres
