#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "service/population.hpp"
#include "service/server_process.hpp"

namespace tenancy_bench {

/// What one run against a server gave.
struct Load {
  double per_second;
  double p50_ms;
  double p95_ms;
  double p99_ms;
  double p999_ms;
  double processor_us;  ///< What the server took of its processor for each request.
  std::uint64_t answered;
};

/// What one request asks for.
enum class Kind : std::uint8_t { read, list, search, statistics, write };

const char* to_string(Kind kind);
/// Nothing for another text.
std::optional<Kind> kind_of(std::string_view text);

inline constexpr int connection_count = 16;

/// wrk from Debian: one thread, 16 connections that stay open, each of which sends its next request
/// when the former is answered.
class Wrk {
 public:
  /// Writes the file from which requests are made: keys and ids of all customers, in random order.
  Wrk(const std::filesystem::path& folder, const std::vector<Customer>& customers);

  [[nodiscard]] static bool is_installed();

  /// Ends the program when wrk fails or a request does.
  [[nodiscard]] Load run(Kind kind, const ServerProcess& server, double seconds) const;

 private:
  std::filesystem::path file_;
};

}  // namespace tenancy_bench
