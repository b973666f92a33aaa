#include "service/request_ids.hpp"

#include <algorithm>
#include <set>
#include <string>

#include <doctest/doctest.h>

namespace {

using tenantd::RequestIds;

/// In how many places two ids of the same length are the same, but for what all begin with.
std::ptrdiff_t alike(const std::string& left, const std::string& right) {
  std::ptrdiff_t places = 0;
  for (std::size_t i = 4; i < left.size(); ++i) {
    places += left[i] == right[i] ? 1 : 0;
  }
  return places;
}

TEST_CASE("ids have one form and come once") {
  RequestIds ids;
  std::set<std::string> given;
  for (int i = 0; i < 10'000; ++i) {
    const std::string id = ids.next();
    CHECK(id.size() == 30);
    CHECK(id.starts_with("req_"));
    CHECK(id.find_first_not_of("0123456789ABCDEFGHJKMNPQRSTVWXYZ", 4) == std::string::npos);
    CHECK(given.insert(id).second);
  }
}

TEST_CASE("an id does not tell how many came before it, nor when the service was started") {
  RequestIds ids;
  RequestIds others;
  std::string before = ids.next();
  // By chance, 26 characters have less than one in common; ten come once in 10^9 pairs.
  for (int i = 0; i < 1000; ++i) {
    const std::string id = ids.next();
    CHECK(alike(before, id) < 16);
    CHECK(alike(others.next(), id) < 16);
    before = id;
  }
}

}  // namespace
