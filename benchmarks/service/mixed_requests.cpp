#include "service/mixed_requests.hpp"

#include <cstddef>

namespace tenancy_bench {
namespace {

/// Wide enough for each number to have as many digits.
constexpr std::uint64_t first_number = 1'000'000'000;

std::string head(std::string_view method, std::string_view target, const Customer& customer) {
  return std::string{method} + " " + std::string{target} +
         " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + customer.key +
         "\r\nContent-Type: application/json\r\n";
}

std::string body(std::uint64_t number) {
  const std::string name = "mixed-" + std::to_string(first_number + number);
  return R"({"project_name":")" + name + R"(","status":"active","url":"https://)" + name +
         R"(.customer.example"})";
}

}  // namespace

std::string read_request(const Customer& customer, const std::string& deployment) {
  return head("GET", "/api/deployments/" + deployment, customer) + "\r\n";
}

std::string list_request(const Customer& customer) {
  return head("GET", "/api/deployments?limit=50", customer) + "\r\n";
}

MixedRequests::MixedRequests(const std::vector<Customer>& customers) {
  for (const Customer& customer : customers) {
    Prepared& prepared = prepared_.emplace_back();
    for (const std::string& deployment : customer.deployments) {
      prepared.reads.push_back(read_request(customer, deployment));
    }
    prepared.list = list_request(customer);
    prepared.write_head = head("POST", "/api/deployments", customer) +
                          "Content-Length: " + std::to_string(body(0).size()) + "\r\n\r\n";
  }
}

std::string_view MixedRequests::next() {
  const Prepared& prepared = prepared_[random_() % prepared_.size()];
  const auto drawn = random_() % 10;
  if (drawn < 7) {
    return prepared.reads[random_() % prepared.reads.size()];
  }
  if (drawn < 9) {
    return prepared.list;
  }
  write_.assign(prepared.write_head).append(body(writes_++));
  return write_;
}

}  // namespace tenancy_bench
