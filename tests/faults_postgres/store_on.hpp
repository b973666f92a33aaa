#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "tenancy/data/repository.hpp"
#include "tenancy/registry/open.hpp"
#include "tenancy/storage/postgres/set_up.hpp"
#include "tenancy/storage/postgres/store_kind.hpp"

#include "support/entities.hpp"
#include "support/must.hpp"
#include "support/postgres_cluster.hpp"
#include "support/postgres_spelling.hpp"
#include "support/test_store.hpp"

namespace tenancy_test {

/// What stores on a server of their own are opened with: a database that is set up there, and keys
/// that all of them share.
struct DatabaseOn {
  DatabaseOn(const PostgresCluster& cluster, std::string its_name)
      : server{cluster}, name{std::move(its_name)} {
    must(tenancy::postgres::set_up(server.admin_url(), {.database = name}));
  }

  [[nodiscard]] tenancy::OpenOptions options(
      tenancy::postgres::PostgresOptions postgres = {}) const {
    return {.migrations = for_postgres(test_schema()),
            .keys = keys,
            .kinds = {tenancy::postgres::store_kind(std::move(postgres))},
            .owner_url = server.url("tenancy_owner", name),
            .store = {.max_wait = std::chrono::seconds{30}}};
  }
  [[nodiscard]] tenancy::Authority open(tenancy::postgres::PostgresOptions postgres = {}) const {
    return must(tenancy::open(server.url("tenancy_app", name), options(std::move(postgres))));
  }
  [[nodiscard]] std::string admin_url() const { return server.url("postgres", name); }

  const PostgresCluster& server;
  const std::string name;
  const tenancy::KeyRing keys = tenancy::KeyRing::ephemeral();
};

/// libpq's URL of two servers, tried in that order.
inline std::string url_of_both(const PostgresCluster& first, const PostgresCluster& second,
                               const std::string& database, const std::string& parameters = {}) {
  return "postgresql://tenancy_app@127.0.0.1:" + std::to_string(first.port()) +
         ",127.0.0.1:" + std::to_string(second.port()) + "/" + database + parameters;
}

/// Waits until it holds, and gives up when it does not for a long time.
template <class Condition>
bool comes_true(Condition condition) {
  const auto last = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (!condition()) {
    if (std::chrono::steady_clock::now() > last) {
      return false;
    }
    // Each look is an exchange with a server, which is waited for.
    std::this_thread::yield();
  }
  return true;
}

/// A figure of the check `store`; nothing when there is none.
inline std::optional<std::int64_t> store_figure(const tenancy::Authority& authority,
                                                std::string_view name) {
  const auto report = authority.health({.write_probe = tenancy::WriteProbe::none});
  const auto* const check = report.find("store");
  for (const auto& figure : check->figures) {
    if (figure.name == name) {
      return figure.value;
    }
  }
  return std::nullopt;
}

}  // namespace tenancy_test
