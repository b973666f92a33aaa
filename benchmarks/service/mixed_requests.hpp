#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "service/population.hpp"

namespace tenancy_bench {

/// What a tenant's dashboard does all day: of ten requests seven read a deployment, two list the
/// newest 50 and one creates a deployment, each for a customer drawn anew. The same in each run.
///
/// Thread safety: thread-compatible.
class MixedRequests {
 public:
  explicit MixedRequests(const std::vector<Customer>& customers);

  /// A whole request, good until the next one.
  std::string_view next();

  [[nodiscard]] std::uint64_t writes() const noexcept { return writes_; }

 private:
  struct Prepared {
    std::vector<std::string> reads;
    std::string list;
    std::string write_head;
  };

  std::vector<Prepared> prepared_;
  std::mt19937_64 random_{1};  // NOLINT(cert-msc51-cpp): the same each time
  std::string write_ = {};
  std::uint64_t writes_ = 0;
};

/// A read of that deployment, whole.
std::string read_request(const Customer& customer, const std::string& deployment);
/// A list of the newest 50, whole.
std::string list_request(const Customer& customer);

}  // namespace tenancy_bench
