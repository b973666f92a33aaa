#include "tenancy/core/page.hpp"

namespace tenancy::inline v0::detail {

Result<PageWindow> page_window(const PageRequest& request) {
  if (request.limit < 1 || request.limit > PageRequest::max_limit) {
    return Error{errc::invalid_argument, "the limit of a page is 1 to 500"};
  }
  if (request.number < 1 || request.number - 1 > PageRequest::max_offset / request.limit) {
    return Error{errc::invalid_argument,
                 "the number of a page is at least 1, and pages reach 10,000,000 rows deep: use "
                 "cursors beyond"};
  }
  return PageWindow{request.limit, (request.number - 1) * request.limit};
}

PageNumbers page_numbers(const PageRequest& request, std::int64_t total) noexcept {
  return PageNumbers{request.number, request.limit, total,
                     (total + request.limit - 1) / request.limit};
}

}  // namespace tenancy::inline v0::detail
