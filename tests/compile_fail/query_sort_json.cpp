// The text of a document has no order that means anything.
// EXPECT: query: a column of this type is in no order
#include <string>
#include <type_traits>

#include "tenancy/data/json.hpp"
#include "tenancy/data/query.hpp"

struct Page {
  std::string id;
  nlohmann::json body;
};

constexpr auto tenancy_mapping(std::type_identity<Page>) {
  namespace m = tenancy::mapping;
  return m::entity("pages", m::key("id", &Page::id), m::column("body", &Page::body));
}

tenancy::Query<Page> query() {
#ifdef MUST_NOT_COMPILE
  return tenancy::Query<Page>{}.order_by(tenancy::ascending<&Page::body>);
#else
  return tenancy::Query<Page>{}.order_by(tenancy::ascending<&Page::id>);
#endif
}
