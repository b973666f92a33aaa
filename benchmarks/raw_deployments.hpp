#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <sqlite3.h>

#include "deployment.hpp"
#include "hand_written.hpp"
#include "raw_statement.hpp"

namespace tenancy_bench {

/// The baseline: what a careful programmer writes on SQLite's C API. The tenant is a number in a
/// predicate written by hand, statements are prepared once, every return code is looked at. It
/// gives the results that a repository gives, and nothing checks that the predicate is there.
///
/// Thread safety: thread-compatible.
class RawDeployments {
 public:
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
  /// Whether there was a row with that key.
  bool erase(std::int64_t tenant, std::string_view id);
  /// Visits the tenant's rows in the order of their keys, one after the other in the same struct.
  template <class Visit>
  void for_each(std::int64_t tenant, Visit visit) {
    RawUse use{all_.get()};
    use.bind_number(1, tenant);
    Deployment row;
    while (use.step()) {
      read_over(use, row);
      visit(static_cast<const Deployment&>(row));
    }
  }

  /// Moves the log into the file, all of it, and begins a new one.
  void checkpoint();

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

  static void read_over(const RawUse& use, Deployment& row) {
    use.text(0, row.id);
    use.text(1, row.project_name);
    use.text(2, row.status);
    if (use.is_null(3)) {
      row.url.reset();
    } else {
      use.text(3, row.url ? *row.url : row.url.emplace());
    }
    row.created_at = tenancy::Timestamp::from_microseconds(use.number(4));
    row.updated_at = tenancy::Timestamp::from_microseconds(use.number(5));
  }

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
  RawStatement erase_;
  RawStatement all_;
};

}  // namespace tenancy_bench
