#include "tenancy/core/page.hpp"

namespace tenancy::inline v0::detail {

Result<PageWindow> page_window(const PageRequest& request) {
  if (request.limit < 1 || request.limit > PageRequest::max_limit) {
    return Error{errc::invalid_argument, "the limit of a page is 1 to 500"};
  }
  if (request.number && request.cursor) {
    return Error{errc::invalid_argument, "a list goes on by a cursor or by a number, not by both"};
  }
  const std::int64_t number = request.number.value_or(1);
  if (number < 1 || number - 1 > PageRequest::max_offset / request.limit) {
    return Error{errc::invalid_argument,
                 "the number of a page is at least 1, and pages reach 10,000,000 rows deep: use "
                 "cursors beyond"};
  }
  return PageWindow{request.limit, (number - 1) * request.limit};
}

PageNumbers page_numbers(std::int64_t number, std::int64_t limit, std::int64_t total) noexcept {
  return PageNumbers{number, limit, total, (total + limit - 1) / limit};
}

}  // namespace tenancy::inline v0::detail
