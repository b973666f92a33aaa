#include <doctest/doctest.h>

#include "conformance/places.hpp"

namespace {

/// There is no connection to cut between a program and its files.
const std::vector<std::string> of_connections{"fault.cut", "fault.acknowledged"};

}  // namespace

TEST_CASE("SQLite in one file keeps every promise") {
  tenancy_test::check_keeps_promises(tenancy_test::sqlite_subject(), of_connections);
}

TEST_CASE("SQLite with a file per tenant keeps every promise") {
  tenancy_test::check_keeps_promises(tenancy_test::silo_subject(), of_connections);
}
