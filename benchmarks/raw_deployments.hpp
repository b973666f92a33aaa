#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sqlite3.h>

#include "deployment.hpp"

namespace tenancy_bench {

struct RawPage {
  std::vector<Deployment> items;
  std::optional<std::string> next;  ///< The last key, when rows follow.
  std::int64_t total = 0;           ///< All rows, for numbered pages.
};

/// The baseline: what a careful programmer writes on SQLite's C API. The tenant is a number in a
/// predicate written by hand, statements are prepared once, every return code is looked at. It
/// gives the results that a repository gives, and nothing checks that the predicate is there.
///
/// Thread safety: thread-compatible.
class RawDeployments {
 public:
  /// How long a connection waits for another one's write.
  static constexpr std::chrono::milliseconds busy_timeout{5000};

  explicit RawDeployments(const std::filesystem::path& file);

  void begin() { run(*begin_); }
  void begin_write();
  /// False when others kept the database for the whole of the timeout.
  [[nodiscard]] bool try_begin_write();
  void commit() { run(*commit_); }
  void roll_back() { run(*roll_back_); }

  std::optional<Deployment> find(std::int64_t tenant, std::string_view id);
  RawPage page_after(std::int64_t tenant, std::string_view last, std::int64_t limit);
  RawPage page(std::int64_t tenant, std::int64_t number, std::int64_t limit);
  void insert(std::int64_t tenant, Deployment& row);
  /// Whether there is a row with that key.
  bool update(std::int64_t tenant, Deployment& row);

 private:
  struct Close {
    void operator()(sqlite3* connection) const noexcept { sqlite3_close(connection); }
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
  };
  using Connection = std::unique_ptr<sqlite3, Close>;
  using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

  static Connection open(const std::filesystem::path& file);
  Statement prepare(std::string_view sql);
  static void run(sqlite3_stmt& statement);

  Connection connection_;
  Statement begin_;
  Statement begin_write_;
  Statement commit_;
  Statement roll_back_;
  Statement find_;
  Statement page_after_;
  Statement page_;
  Statement count_;
  Statement insert_;
  Statement update_;
};

}  // namespace tenancy_bench
