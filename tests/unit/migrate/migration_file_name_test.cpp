#include "migrate/migration_file_name.hpp"

#include <string>

#include <doctest/doctest.h>

using tenancy::Dialect;
using tenancy::detail::MigrationFileName;

TEST_CASE("a migration's file tells its number, name and dialect") {
  const auto plain = MigrationFileName::parse("0001_create_notes.sql");
  REQUIRE(plain);
  CHECK(plain->version == 1);
  CHECK(plain->name == "create_notes");
  CHECK_FALSE(plain->dialect);
  const auto timed = MigrationFileName::parse("20261121093000_v2_of_notes.sqlite.sql");
  REQUIRE(timed);
  CHECK(timed->version == 20'261'121'093'000);
  CHECK(timed->name == "v2_of_notes");
  CHECK(timed->dialect == Dialect::sqlite);
  const auto other = MigrationFileName::parse("7_x.postgresql.sql");
  REQUIRE(other);
  CHECK(other->dialect == Dialect::postgresql);
  CHECK(MigrationFileName::parse("9223372036854775807_x.sql"));
  CHECK(MigrationFileName::parse("0000000000000000001_x.sql"));
  CHECK(MigrationFileName::parse("1_" + std::string(100, 'x') + ".sql"));
}

TEST_CASE("names that do not fit are none") {
  for (const char* name : {"",
                           ".sql",
                           "1.sql",
                           "1_.sql",
                           "_x.sql",
                           "x.sql",
                           "1x_y.sql",
                           "-1_x.sql",
                           "+1_x.sql",
                           "0_x.sql",
                           "000_x.sql",
                           "9223372036854775808_x.sql",
                           "00000000000000000001_x.sql",
                           "1_X.sql",
                           "1_x.SQL",
                           "1_x.Sqlite.sql",
                           "1_x.mysql.sql",
                           "1_x.sqlite.sqlite.sql",
                           "1_x.sqlite",
                           "1_x.sql.sql",
                           "1_x.sql ",
                           " 1_x.sql",
                           "1 _x.sql",
                           "1_x y.sql",
                           "1_x-y.sql",
                           "1__x.sql",
                           "1_x_.sql",
                           "1_x__y.sql",
                           "1_\xC3\xA4.sql",
                           "1_x.sql\n",
                           "\xD9\xA1_x.sql",
                           "1_.sqlite.sql"}) {
    CAPTURE(name);
    CHECK_FALSE(MigrationFileName::parse(name));
  }
  CHECK_FALSE(MigrationFileName::parse("1_" + std::string(101, 'x') + ".sql"));
  CHECK_FALSE(MigrationFileName::parse(std::string{"1_x\0.sql", 8}));
}
