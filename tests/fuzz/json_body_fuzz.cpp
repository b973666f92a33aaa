// What is taken for a body is the object that another parser builds of it, keeps all of its names,
// and nests no deeper than it may; what is refused says where, inside the body or at its end.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <nlohmann/json.hpp>

#include "registry/json_object.hpp"
#include "service/http/json_body.hpp"

namespace {

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body{reinterpret_cast<const char*>(data), size};
  const auto read = tenantd::read_json_object(body);
  const bool is_object = tenancy::detail::check_json_object(body).has_value();
  if (read) {
    require(is_object);
    require(read.value() == nlohmann::json::parse(body));
    return 0;
  }
  const auto& problem = read.error();
  require(problem.status == 400 && problem.position);
  require(problem.position->byte >= 1 && problem.position->byte <= size + 1);
  require(problem.position->line >= 1 && problem.position->column >= 1);
  require(problem.position->column <= problem.position->byte);
  // The one thing in which this reader is stricter.
  require(!is_object || problem.detail.find("a number that is out of range") != std::string::npos);
  static_cast<void>(problem.to_response("req_1"));
  return 0;
}
