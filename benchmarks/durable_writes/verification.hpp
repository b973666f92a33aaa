#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace tenancy_bench {

/// What of a file decides how much work a durable write is.
struct FileSettings {
  std::string journal_mode;
  std::int64_t page_size;
  std::string table;  ///< The statement that made it.

  friend bool operator==(const FileSettings&, const FileSettings&) = default;
};

/// Rows by tenant.
using RowCounts = std::map<std::int64_t, std::uint64_t>;

/// Ends the program unless the file is sound and has exactly these rows: all that were acknowledged
/// and none that was refused. Returns its settings, so that those of both sides can be compared.
FileSettings verify_rows(const std::filesystem::path& file, const RowCounts& expected);

}  // namespace tenancy_bench
