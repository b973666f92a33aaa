#include <doctest/doctest.h>

#include "conformance/places.hpp"

TEST_CASE("PostgreSQL keeps every promise but that of the order of asynchronous writes") {
  tenancy_test::check_keeps_promises(tenancy_test::postgres_subject());
}
