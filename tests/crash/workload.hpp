#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "crash/pairs.hpp"
#include "support/fault_vfs.hpp"

namespace tenancy_test {

/// What is done while something fails.
struct Workload {
  std::size_t threads = 1;
  int steps = 16;  ///< Transactions of each thread, a third of which are meant to fail.
  /// Whether a log is moved into the database meanwhile, as another process might.
  bool checkpoints = true;
};

/// Whether reads are answered with what is not in the file, so that it looks damaged.
bool tells_lies(const std::vector<Fault>& faults);

/// Works on a store that is open until everything was tried, and notes each answer. Answers that
/// do not fit a fault are findings, as are halves that a read sees.
void work_on(const OpenStore& open, const Workload& workload, bool reads_may_lie, Ledger& ledger,
             Findings& findings);

/// How the faults end.
enum class Ending : std::uint8_t {
  passed,    ///< They are over by themselves: the open store must write again.
  repaired,  ///< Somebody mends the disk: so must it then.
  never,     ///< They go on until the store is closed.
};

/// One life of a store: what lies in that folder is opened, worked on and closed while the faults
/// happen. Gives the calls that SQLite made.
std::vector<VfsCall> live_through(FaultVfs& vfs, const std::vector<Fault>& faults, Ending ending,
                                  const Template& original, const std::filesystem::path& folder,
                                  const Workload& workload, Ledger& ledger, Findings& findings);

/// The store stood a fault, which is over: it writes again soon, and shows what it wrote.
void check_it_goes_on(const OpenStore& open, Ledger& ledger, Findings& findings);

}  // namespace tenancy_test
