#pragma once

#include <cstdint>

namespace tenancy_bench {

enum class Discipline : std::uint8_t { fair_queue, fifo };
enum class Flood : std::uint8_t { absent, present };

/// Who got how much, and who waited for how long, from arrival to the end of service.
struct Outcome {
  double jain_backlogged;  ///< Over the time given to each tenant that always waits, the flooding
                           ///< one included.
  double occasional_p50_ms;
  double occasional_p99_ms;
  double occasional_max_ms;
};

/// One server in virtual time: 20 tenants always have four items waiting, 80 send now and then (by
/// Poisson's law, together a tenth of what the server can do), and the flooding one fills its queue
/// to the bound, a thousand arrivals for each of another backlogged tenant's. Service takes 100 µs
/// in the median and is log-normal with a sigma of 1, so that one item in a hundred takes a
/// millisecond; the same sequence for all disciplines. The quantum is half the median.
Outcome simulate(Discipline discipline, Flood flood);

}  // namespace tenancy_bench
