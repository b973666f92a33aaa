#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tenancy_bench {

/// What every benchmark can be asked for.
///
///     bench_NAME [--json FILE] [--store FILE] [--seconds S] [--sizes N,...]
///     bench_NAME --run CASE --times N [--store FILE] [--seconds S]
struct CommandLine {
  std::filesystem::path json = {};      ///< Where the figures go; nowhere when empty.
  std::filesystem::path store = {};     ///< The data set; made when the file is new, temporary when
                                        ///< no file is named.
  std::string run = {};                 ///< One side of one case, to be run and not measured.
  std::size_t times = 0;                ///< How often.
  std::optional<double> seconds = {};   ///< How long, where a benchmark goes by time; positive.
  std::vector<std::size_t> sizes = {};  ///< Of the data, where a benchmark has several; positive.
};

/// Nothing, after an explanation on standard error, for arguments that mean nothing.
std::optional<CommandLine> parse_command_line(int count, const char* const* arguments);

}  // namespace tenancy_bench
