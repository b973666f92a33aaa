// What an error says it is about.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "support/test_store.hpp"

using tenancy::errc;
using tenancy::Repository;
using tenancy_test::must;
using tenancy_test::TestStore;

namespace {

struct Part {
  std::string id = {};
  std::string maker = {};
  std::string model = {};
  std::string serial = {};
  std::int64_t weight = 0;
  std::optional<std::string> colour = {};
};

constexpr auto tenancy_mapping(std::type_identity<Part>) {
  namespace m = tenancy::mapping;
  return m::entity("parts", m::key("id", &Part::id), m::column("maker", &Part::maker),
                   m::column("model", &Part::model), m::column("serial", &Part::serial),
                   m::column("weight", &Part::weight), m::column("colour", &Part::colour));
}

/// The same table by a mapping that is wrong about its types.
struct WrongPart {
  std::string id = {};
  std::string maker = {};
  std::string model = {};
  std::string serial = {};
  std::string weight = {};
  std::optional<std::string> colour = {};
};

constexpr auto tenancy_mapping(std::type_identity<WrongPart>) {
  namespace m = tenancy::mapping;
  return m::entity("parts", m::key("id", &WrongPart::id), m::column("maker", &WrongPart::maker),
                   m::column("model", &WrongPart::model), m::column("serial", &WrongPart::serial),
                   m::column("weight", &WrongPart::weight),
                   m::column("colour", &WrongPart::colour));
}

struct Parts {
  TestStore test{
      {},
      {{1, "parts",
        "CREATE TABLE parts (tenant_id INTEGER NOT NULL, id TEXT NOT NULL, maker TEXT NOT NULL, "
        "model TEXT NOT NULL, serial TEXT NOT NULL, weight INTEGER NOT NULL CHECK (weight < 100), "
        "colour TEXT, CONSTRAINT colour_has_a_name CHECK (colour <> ''), "
        "PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, maker, model)) STRICT; "
        "CREATE UNIQUE INDEX parts_serial ON parts (tenant_id, lower(serial))"}}};
  Repository<Part> parts{test.store, test.enter(test.acme)};
  Repository<WrongPart> wrong{test.store, test.enter(test.acme)};

  Parts() { must(parts.insert({"1", "secret maker", "secret model", "secret serial", 1, {}})); }
};

template <class T>
void check_error(const tenancy::Result<T>& result, errc code, std::string_view subject) {
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().code() == code);
  CHECK(result.error().subject() == subject);
  CHECK(result.error().message().find("secret") == std::string::npos);
  CHECK(result.error().message().find(subject) != std::string::npos);
}

/// By each operation that writes a whole row.
void check_row(const Parts& parts, const Part& row, errc code, std::string_view subject) {
  check_error(parts.parts.insert(row), code, subject);
  check_error(parts.parts.insert_many({{"3", "m3", "m3", "s3", 1, {}}, row}), code, subject);
  check_error(parts.parts.upsert(row), code, subject);
  CHECK(must(parts.parts.count()) == 1);
}

}  // namespace

TEST_CASE("a taken key names its column, and a unique value its columns, without the tenant") {
  const Parts parts;
  const Part same_key{"1", "m", "m", "s", 1, {}};
  check_error(parts.parts.insert(same_key), errc::already_exists, "id");
  check_error(parts.parts.insert_many({same_key}), errc::already_exists, "id");
  check_row(parts, {"2", "secret maker", "secret model", "s", 1, {}}, errc::already_exists,
            "maker, model");
}

TEST_CASE("an index over an expression is named itself") {
  const Parts parts;
  check_row(parts, {"2", "m", "m", "SECRET serial", 1, {}}, errc::already_exists, "parts_serial");
}

TEST_CASE("a check is named by its name or its text") {
  const Parts parts;
  check_row(parts, {"2", "m", "m", "s", 1, ""}, errc::constraint_violation, "colour_has_a_name");
  check_row(parts, {"2", "m", "m", "s", 100, {}}, errc::constraint_violation, "weight < 100");
  check_error(parts.parts.update("1", tenancy::Changes<Part>{}.set<&Part::weight>(100)),
              errc::constraint_violation, "weight < 100");
}

TEST_CASE("a value of a type that a strict table does not take names its column") {
  const Parts parts;
  check_error(parts.wrong.insert({"2", "m", "m", "s", "secret weight", {}}),
              errc::constraint_violation, "weight");
}

TEST_CASE("NULL where there must be a value names its column") {
  const Parts parts;
  parts.test.run_raw(
      "CREATE TRIGGER no_null AFTER INSERT ON parts BEGIN UPDATE parts SET model = NULL WHERE "
      "tenant_id = new.tenant_id AND id = new.id; END");
  check_error(parts.parts.insert({"2", "m", "m", "s", 1, {}}), errc::constraint_violation, "model");
}

TEST_CASE("a column that holds what its member cannot is named") {
  const Parts parts;
  check_error(parts.wrong.find("1"), errc::invalid_row, "weight");
  check_error(parts.wrong.list(), errc::invalid_row, "weight");
}
