#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tenancy/core/tenant_id.hpp"

#include "command_line.hpp"

namespace tenancy_bench {

/// A further process that writes to the file now and then while others are busy there, as a command
/// line tool does.
struct SecondProcess {
  enum class Kind {
    library,  ///< Opens the store and inserts through a repository.
    raw,      ///< On SQLite's C API; waits as SQLite does and knows nothing of the library.
  };

  Kind kind;
  std::chrono::microseconds added;  ///< To each of its syncs, too.
  std::int64_t tenant;

  /// The case that this program runs as that process: `second_process/library/0/123`.
  [[nodiscard]] std::string to_case() const;
  static std::optional<SecondProcess> from_case(const std::string& name);
};

/// What it saw.
struct SecondProcessRun {
  std::chrono::nanoseconds opening{0};  ///< Until it could write.
  std::uint64_t rows = 0;
  std::uint64_t refused = 0;
  std::vector<std::chrono::nanoseconds> latencies = {};  ///< Of its writes, refused ones too.
};

/// Starts the process and waits for its end.
SecondProcessRun run_second_process(const SecondProcess& process,
                                    std::chrono::duration<double> time,
                                    const std::filesystem::path& file);

/// Is that process. Returns the exit status.
int be_second_process(const SecondProcess& process, const CommandLine& line);

}  // namespace tenancy_bench
