#include "tenancy/testing/temporary_store.hpp"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "support/death.hpp"
#include "support/entities.hpp"
#include "support/test_store.hpp"

using tenancy::errc;
using tenancy::Repository;
using tenancy::Scope;
using tenancy::testing::TemporaryStore;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::Note;

namespace {

tenancy::OpenOptions with_notes() { return {.migrations = tenancy_test::test_schema()}; }

}  // namespace

TEST_CASE("each temporary store is one of its own, and leaves nothing behind") {
  std::optional<TemporaryStore> one{std::in_place, with_notes()};
  const TemporaryStore two{with_notes()};
  CHECK(one->file() != two.file());
  CHECK(one->url() == "sqlite:" + one->file().string());
  const auto folder = one->file().parent_path();
  CHECK(std::filesystem::status(folder).permissions() == std::filesystem::perms::owner_all);
  CHECK(std::filesystem::exists(one->file()));
  CHECK(code_of(tenancy::ReadRepository<Note>{two.store(), one->context("acme")}.count()) ==
        errc::foreign_context);
  one.reset();
  CHECK_FALSE(std::filesystem::exists(folder));
}

TEST_CASE("tenants of a temporary store come when they are named, once each") {
  const TemporaryStore test;
  const auto acme = test.tenant("acme");
  CHECK(acme.slug.to_string() == "acme");
  CHECK(acme.name == "acme");
  CHECK(acme.status == tenancy::TenantStatus::active);
  CHECK(test.tenant("acme") == acme);
  CHECK(test.context("acme").tenant() == acme.id);
  CHECK(test.context("globex").tenant() != acme.id);
  CHECK(must(test.registry().list()).items.size() == 2);
  CHECK(test.context("acme").scope() == Scope::write);
  CHECK(test.context("acme", Scope::read).scope() == Scope::read);
}

TEST_CASE("a temporary store keeps tenants apart as any other") {
  const TemporaryStore test{with_notes()};
  const Repository<Note> of_acme{test.store(), test.context("acme")};
  const Repository<Note> of_globex{test.store(), test.context("globex")};
  const auto note = must(of_acme.insert({.title = "a"}));
  CHECK(must(of_acme.find(note.id)) == note);
  CHECK_FALSE(must(of_globex.find(note.id)).has_value());
}

TEST_CASE("the time of a temporary store is the test's") {
  auto options = with_notes();
  options.store.clock = std::make_shared<tenancy::SystemClock>();
  const TemporaryStore test{options};
  CHECK(test.clock()->now() == TemporaryStore::start);
  const Repository<Note> notes{test.store(), test.context("acme")};
  CHECK(must(notes.insert({.title = "a"})).created_at == TemporaryStore::start);
  test.clock()->advance(std::chrono::hours{1});
  CHECK(must(notes.insert({.title = "b"})).created_at ==
        TemporaryStore::start + std::chrono::hours{1});
}

TEST_CASE("a temporary store takes the options that a service opens its store with") {
  auto options = with_notes();
  options.schema = tenancy::SchemaMode::verify;
  TemporaryStore test{options};
  CHECK(must(tenancy::ReadRepository<Note>{test.store(), test.context("acme")}.count()) == 0);
  // Another process of the program.
  CHECK(tenancy::open(test.url(), options).has_value());
  // What is tested may be the one that owns it.
  const auto store = test.store();
  const auto context = test.context("acme");
  {
    const tenancy::Authority moved = std::move(test.authority());
    CHECK(must(moved.enter(context.tenant())).tenant() == context.tenant());
  }
  CHECK(must(tenancy::ReadRepository<Note>{store, context}.count()) == 0);
}

TEST_CASE("a set-up that fails ends the process and says why and where") {
  const auto stops = [](const std::string& why, auto&& action) {
    // A process that aborts leaves its folder.
    const tenancy_test::TemporaryFolder folder;
    const auto written = tenancy_test::message_of_abort([&] {
      ::setenv("TMPDIR", folder.path().c_str(), 1);
      action();
    });
    CAPTURE(written);
    return written.starts_with("tenancy: a test cannot go on: ") &&
           written.find(why) != std::string::npos &&
           written.find("temporary_store_test.cpp:") != std::string::npos;
  };
  CHECK(stops("classified_table", [] {
          const TemporaryStore test{{.migrations = {{1, "t", "CREATE TABLE t (id INTEGER)"}}}};
        }) == false);
  CHECK(stops("unsafe_schema", [] {
    const TemporaryStore test{{.migrations = {{1, "t", "CREATE TABLE t (id INTEGER)"}}}};
  }));
  CHECK(stops("invalid_slug", [] {
    const TemporaryStore test;
    static_cast<void>(test.tenant("No Slug"));
  }));
  CHECK(stops("tenant_not_active", [] {
    const TemporaryStore test;
    must(test.registry().suspend(test.tenant("acme").id));
    static_cast<void>(test.context("acme"));
  }));
}
