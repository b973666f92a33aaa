#include "durable_writes/row.hpp"

#include <string>

namespace tenancy_bench {

Deployment new_row(std::size_t number) {
  std::string key = "01KAH000000000000000000000";
  std::size_t digits = number;
  for (auto digit = key.rbegin(); digits != 0; ++digit, digits /= 10) {
    *digit = static_cast<char>('0' + digits % 10);
  }
  return {.id = std::move(key),
          .project_name = "project 7",
          .status = "building",
          .url = "https://deployment-7.tenant.example"};
}

}  // namespace tenancy_bench
