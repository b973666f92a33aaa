#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tenancy_bench {

/// The next request, whole as it goes over the wire; good until the next one is asked for.
using NextRequest = std::function<std::string_view()>;

/// What became of the requests of one run.
struct OpenLoopRun {
  double per_second;       ///< Answers, from the first request to the last answer.
  std::uint64_t answered;  ///< All that were sent.
  /// Of each request, from the moment that it was meant to be sent at, in no order.
  std::vector<std::chrono::nanoseconds> latencies;
};

/// Sends requests at moments that do not depend on the answers, as many clients do who know nothing
/// of each other: the gaps are exponential, `per_second` on average, the same in each run. A
/// request whose moment has come goes out on the first of `connections` that is free, and waits for
/// one when none is; that wait counts. Ends when all requests of the time are answered.
///
/// Runs on this thread and never sleeps, so that requests are sent on time.
///
/// Errors: the program ends when an answer is not 2xx or a connection breaks.
OpenLoopRun run_open_loop(std::uint16_t port, std::size_t connections, double per_second,
                          std::chrono::duration<double> time, const NextRequest& next);

/// The same with each connection's next request sent as soon as the former is answered: what a
/// server can do at most. Latencies count from then.
OpenLoopRun run_closed_loop_over_http(std::uint16_t port, std::size_t connections,
                                      std::chrono::duration<double> time, const NextRequest& next);

/// One request on a connection of its own; returns the body of the answer.
std::string ask(std::uint16_t port, std::string_view request);

}  // namespace tenancy_bench
