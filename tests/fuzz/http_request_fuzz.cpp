#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "service/http/query.hpp"
#include "service/http/request_parser.hpp"
#include "service/http/target.hpp"

namespace {

using tenantd::RequestParser;
using Progress = RequestParser::Progress;

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

struct Outcome {
  Progress progress;
  std::size_t taken;
};

/// Feeds the bytes as a connection does, so many at a time.
Outcome feed(RequestParser& parser, std::string_view bytes, std::size_t at_once) {
  std::size_t arrived = 0;
  std::size_t taken = 0;
  while (arrived < bytes.size()) {
    arrived += std::min(at_once, bytes.size() - arrived);
    const auto step = parser.put(bytes.substr(taken, arrived - taken));
    require(step.taken <= arrived - taken);
    taken += step.taken;
    if (step.progress != Progress::wants_more) {
      return {step.progress, taken};
    }
  }
  return {Progress::wants_more, taken};
}

bool same(const tenantd::Request& a, const tenantd::Request& b) {
  return a.method == b.method && a.target == b.target && a.body == b.body &&
         a.headers.size() == b.headers.size();
}

}  // namespace

// A request means the same however it is cut into pieces, keeps to the limits, and its target and
// query are taken apart without harm.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tenantd::Limits limits;
  limits.target_bytes = 64;
  limits.header_bytes = 512;
  limits.header_count = 8;
  limits.body_bytes = 256;
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  RequestParser whole{limits};
  const auto at_once = feed(whole, bytes, bytes.size());
  RequestParser dripped{limits};
  const auto in_drips = feed(dripped, bytes, 1);
  require(at_once.progress != Progress::complete || in_drips.progress == Progress::complete);
  if (at_once.progress != Progress::complete) {
    return 0;
  }
  require(at_once.taken == in_drips.taken && same(whole.request(), dripped.request()));
  const tenantd::Request& request = whole.request();
  require(request.target.size() <= limits.target_bytes && request.body.size() <= limits.body_bytes);
  require(request.headers.size() <= limits.header_count && !request.method.empty());
  if (const auto target = tenantd::Target::parse(request.target)) {
    require(target.value().path.starts_with('/'));
    static_cast<void>(tenantd::path_segments(target.value().path));
    static_cast<void>(tenantd::Query::parse(target.value().query));
  }
  return 0;
}
