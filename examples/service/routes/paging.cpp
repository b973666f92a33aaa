#include "service/routes/paging.hpp"

namespace tenantd {
namespace {

constexpr std::int64_t default_limit = 50;

}  // namespace

Reply<tenancy::PageRequest> numbered_page(const Query& query) {
  tenancy::PageRequest request;
  BOOST_OUTCOME_TRY(request.limit,
                    query.number("per_page", default_limit, 1, tenancy::PageRequest::max_limit));
  BOOST_OUTCOME_TRY(request.number, query.number("page", 1, 1, tenancy::PageRequest::max_offset));
  return request;
}

Reply<tenancy::PageRequest> numbered_page_or_cursor(const Query& query) {
  const std::string* const cursor = query.find("cursor");
  const bool goes_by_cursor = cursor != nullptr || query.find("limit") != nullptr;
  if (!goes_by_cursor) {
    return numbered_page(query);
  }
  if (query.find("page") != nullptr || query.find("per_page") != nullptr) {
    return Problem{400, "A list goes by page and per_page or by cursor and limit, not by both."};
  }
  tenancy::PageRequest request;
  BOOST_OUTCOME_TRY(request.limit,
                    query.number("limit", default_limit, 1, tenancy::PageRequest::max_limit));
  if (cursor != nullptr) {
    request.cursor = *cursor;
  }
  return request;
}

}  // namespace tenantd
