#pragma once

#include <memory>
#include <utility>

#include "tenancy/data/repository.hpp"

#include "support/entities.hpp"
#include "support/postgres_cluster.hpp"
#include "support/postgres_place.hpp"

namespace tenancy_test {

/// A store on PostgreSQL with two tenants who keep notes.
struct NotesFixture {
  explicit NotesFixture(tenancy::StoreOptions options = {},
                        tenancy::postgres::PostgresOptions postgres = {})
      : NotesFixture{std::make_unique<PostgresPlace>(
            tenancy::OpenOptions{.migrations = test_schema(), .store = std::move(options)},
            postgres)} {}

  [[nodiscard]] tenancy::Repository<Note> notes() const {
    return tenancy::Repository<Note>{test.store, acme};
  }
  [[nodiscard]] RawSession admin() const { return RawSession{place.database().admin_url()}; }

  const PostgresPlace& place;
  TestStore test;
  tenancy::TenantContext acme;
  tenancy::TenantContext globex;

 private:
  explicit NotesFixture(std::unique_ptr<PostgresPlace> its_place)
      : place{*its_place},
        test{std::move(its_place)},
        acme{test.enter(test.acme)},
        globex{test.enter(test.globex)} {}
};

/// Holds rows of `notes` for as long as it lives, as another program would.
class Locked {
 public:
  explicit Locked(const NotesFixture& fixture) : session_{fixture.place.database().admin_url()} {
    session_.run("BEGIN; LOCK TABLE notes IN ACCESS EXCLUSIVE MODE");
  }

 private:
  RawSession session_;
};

}  // namespace tenancy_test
