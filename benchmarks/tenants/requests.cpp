#include "tenants/requests.hpp"

#include <algorithm>
#include <cmath>
#include <random>

namespace tenancy_bench {
namespace {

// Every run draws the same.
constexpr unsigned seed = 1;

/// Tenants' numbers are in no relation to the order of their ids, so a rank can be a number.
Request request_of_rank(std::size_t rank) { return Population::request(rank); }

}  // namespace

Requests Requests::of_few(std::size_t tenants, std::size_t size) {
  Requests requests = each_once(tenants, size);
  std::mt19937 order{seed};  // NOLINT(cert-msc51-cpp)
  std::shuffle(requests.requests_.begin(), requests.requests_.end(), order);
  return requests;
}

Requests Requests::uniform(std::size_t size) {
  std::mt19937_64 random{seed};  // NOLINT(cert-msc51-cpp)
  std::uniform_int_distribution<std::size_t> number{0, size - 1};
  Requests requests;
  for (std::size_t i = 0; i < drawn; ++i) {
    requests.requests_.push_back(Population::request(number(random)));
  }
  return requests;
}

Requests Requests::zipf(std::size_t size) {
  constexpr double exponent = 0.99;
  std::vector<double> up_to(size);
  double sum = 0;
  for (std::size_t rank = 0; rank < size; ++rank) {
    sum += std::pow(static_cast<double>(rank + 1), -exponent);
    up_to[rank] = sum;
  }
  std::mt19937_64 random{seed};  // NOLINT(cert-msc51-cpp)
  std::uniform_real_distribution<double> share{0, sum};
  Requests requests;
  for (std::size_t i = 0; i < drawn; ++i) {
    const auto found = std::ranges::upper_bound(up_to, share(random));
    const auto rank = static_cast<std::size_t>(found - up_to.begin());
    requests.requests_.push_back(request_of_rank(std::min(rank, size - 1)));
  }
  return requests;
}

Requests Requests::each_once(std::size_t tenants, std::size_t size) {
  Requests requests;
  for (std::size_t rank = std::min(tenants, size); rank > 0; --rank) {
    requests.requests_.push_back(request_of_rank(rank - 1));
  }
  return requests;
}

}  // namespace tenancy_bench
