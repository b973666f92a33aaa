#include "tenancy/data/codec.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/data/json.hpp"
#include "tenancy/data/repository.hpp"

#include "support/test_store.hpp"

using nlohmann::json;
using tenancy::errc;
using tenancy::Repository;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::TestStore;

namespace {

enum class Status { live, failed, unnamed };

constexpr auto tenancy_names(std::type_identity<Status>) {
  return std::array{std::pair{Status::live, "live"}, std::pair{Status::failed, "failed"}};
}

using Bytes = std::vector<std::byte>;

struct Artifact {
  std::string id = {};
  Status status = Status::live;
  std::optional<Status> former = {};
  Bytes content = {};
  std::optional<Bytes> signature = {};
  json settings = {};

  friend bool operator==(const Artifact&, const Artifact&) = default;

  static constexpr auto tenancy_mapping() {
    namespace m = tenancy::mapping;
    return m::entity(
        "artifacts", m::key("id", &Artifact::id), m::column("status", &Artifact::status),
        m::column("former", &Artifact::former), m::column("content", &Artifact::content),
        m::column("signature", &Artifact::signature), m::column("settings", &Artifact::settings));
  }
};

TestStore store_of_artifacts() {
  return TestStore{{},
                   {{1, "artifacts",
                     "CREATE TABLE artifacts (tenant_id INTEGER NOT NULL, id TEXT NOT NULL, "
                     "status TEXT NOT NULL, former TEXT, content BLOB NOT NULL, signature BLOB, "
                     "settings TEXT NOT NULL, PRIMARY KEY (tenant_id, id)) STRICT"}}};
}

}  // namespace

TEST_CASE("enumerations, bytes and JSON come back as they were stored") {
  const TestStore test = store_of_artifacts();
  const Repository<Artifact> artifacts{test.store, test.enter(test.acme)};
  const Bytes all_bytes = [] {
    Bytes bytes;
    for (int i = 0; i < 256; ++i) {
      bytes.push_back(static_cast<std::byte>(i));
    }
    return bytes;
  }();
  const std::array<Artifact, 3> rows{
      Artifact{.id = "empty", .settings = json::object()},
      Artifact{.id = "full",
               .status = Status::failed,
               .former = Status::live,
               .content = all_bytes,
               .signature = Bytes{},
               .settings = json{{"nested", {1, 2.5, nullptr, true}}, {"text", "\u0000\"'; --"}}},
      Artifact{.id = "null document", .signature = all_bytes, .settings = nullptr},
  };
  for (const Artifact& row : rows) {
    must(artifacts.insert(row));
    CHECK(must(artifacts.require(row.id)) == row);
  }
  SQLite::Database raw = test.raw();
  CHECK(raw.execAndGet("SELECT status || former FROM artifacts WHERE id = 'full'").getString() ==
        "failedlive");
  CHECK(raw.execAndGet("SELECT settings FROM artifacts WHERE id = 'null document'").getString() ==
        "null");
}

TEST_CASE("a value without a stored form is refused, and nothing is stored") {
  const TestStore test = store_of_artifacts();
  const Repository<Artifact> artifacts{test.store, test.enter(test.acme)};
  CHECK(code_of(artifacts.insert({.id = "a", .status = Status::unnamed})) == errc::invalid_value);
  CHECK(code_of(artifacts.insert({.id = "a", .settings = "not UTF-8: \xff"})) ==
        errc::invalid_value);
  CHECK(must(artifacts.count()) == 0);
}

TEST_CASE("a stored text that is no name and one that is no JSON are invalid rows") {
  const TestStore test = store_of_artifacts();
  const Repository<Artifact> artifacts{test.store, test.enter(test.acme)};
  must(artifacts.insert({.id = "a"}));
  for (const char* broken : {"status = 'Live'", "status = ''", "settings = '{'", "settings = ''",
                             "settings = '[1] x'"}) {
    CAPTURE(broken);
    test.run_raw(std::string{"UPDATE artifacts SET "} + broken);
    CHECK(code_of(artifacts.require("a")) == errc::invalid_row);
    test.run_raw("UPDATE artifacts SET status = 'live', settings = 'null'");
  }
  CHECK(must(artifacts.require("a")).status == Status::live);
}

TEST_CASE("a stored value of another type than its member's is an invalid row") {
  const TestStore test{{},
                       {{1, "artifacts",
                         "CREATE TABLE artifacts (tenant_id INTEGER NOT NULL, id TEXT NOT NULL, "
                         "status, former, content, signature, settings, "
                         "PRIMARY KEY (tenant_id, id))"}}};
  const Repository<Artifact> artifacts{test.store, test.enter(test.acme)};
  for (const std::string column : {"status", "former", "content", "signature", "settings"}) {
    const bool is_bytes = column == "content" || column == "signature";
    for (const char* value : {"1", "0.5", is_bytes ? "'live'" : "x'6E756C6C'", "NULL"}) {
      CAPTURE(column);
      CAPTURE(value);
      must(artifacts.upsert({.id = "a"}));
      test.run_raw("UPDATE artifacts SET " + column + " = " + value);
      const auto found = artifacts.require("a");
      if (std::string{value} == "NULL" && (column == "former" || column == "signature")) {
        must(found);
        continue;
      }
      REQUIRE_FALSE(found.has_value());
      CHECK(found.error() == errc::invalid_row);
      CHECK(found.error().subject() == column);
    }
  }
}

TEST_CASE("JSON is stored to a depth that no stack overflows from, and no deeper") {
  const TestStore test = store_of_artifacts();
  const Repository<Artifact> artifacts{test.store, test.enter(test.acme)};
  const auto nested = [](const std::string& before, const std::string& behind, std::size_t depth) {
    std::string text;
    for (std::size_t i = 0; i < depth; ++i) {
      text += before;
    }
    text += "1";
    for (std::size_t i = 0; i < depth; ++i) {
      text += behind;
    }
    return text;
  };
  const std::array<std::pair<std::string, std::string>, 3> kinds{
      {{"[", "]"}, {R"({"a":)", "}"}, {"[2,", ",3]"}}};
  for (const auto& kind : kinds) {
    const std::string& before = kind.first;
    const std::string& behind = kind.second;
    CAPTURE(before);
    for (const std::size_t depth : {std::size_t{1001}, std::size_t{500'000}}) {
      CAPTURE(depth);
      const auto refused = artifacts.insert(
          Artifact{.id = "deep", .settings = json::parse(nested(before, behind, depth))});
      CHECK(code_of(refused) == errc::invalid_value);
      REQUIRE(refused.has_error());
      CHECK(refused.error().subject() == "settings");
    }
    must(artifacts.upsert(
        Artifact{.id = "fits", .settings = json::parse(nested(before, behind, 1000))}));
    CHECK(must(artifacts.require("fits")).settings.dump() == nested(before, behind, 1000));
    // As somebody else may write it.
    test.run_raw("UPDATE artifacts SET settings = '" + nested(before, behind, 1001) + "'");
    CHECK(code_of(artifacts.require("fits")) == errc::invalid_row);
  }
}
