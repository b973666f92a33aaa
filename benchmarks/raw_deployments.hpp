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
#include "raw_statement.hpp"

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

  [[nodiscard]] sqlite3& handle() noexcept { return *connection_; }
  /// A further statement, on the same connection.
  RawStatement prepare(std::string_view sql);

 private:
  struct Close {
    void operator()(sqlite3* connection) const noexcept { sqlite3_close(connection); }
  };
  using Connection = std::unique_ptr<sqlite3, Close>;

  static Connection open(const std::filesystem::path& file);
  static void run(sqlite3_stmt& statement);

  Connection connection_;
  RawStatement begin_;
  RawStatement begin_write_;
  RawStatement commit_;
  RawStatement roll_back_;
  RawStatement find_;
  RawStatement page_after_;
  RawStatement page_;
  RawStatement count_;
  RawStatement insert_;
  RawStatement update_;
};

}  // namespace tenancy_bench
