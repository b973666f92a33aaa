#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <libpq-fe.h>

namespace tenancy_test {

/// A private PostgreSQL server: the one that TENANCY_TEST_POSTGRES names by the file that
/// `postgres_cluster.py start` wrote, or else one that is started when it is first needed and ends
/// with the program.
class PostgresCluster {
 public:
  static const PostgresCluster& shared();

  /// Starts one of its own, with further settings ("wal_level=replica …").
  explicit PostgresCluster(const std::string& settings);
  /// Starts one that follows another, a copy of which it begins with. The other one ends after it.
  PostgresCluster(const PostgresCluster& primary, const std::string& settings);
  PostgresCluster(const PostgresCluster&) = delete;
  PostgresCluster& operator=(const PostgresCluster&) = delete;
  /// Stops it, if it was started here.
  ~PostgresCluster();

  [[nodiscard]] std::string url(std::string_view role, std::string_view database) const;
  [[nodiscard]] std::string admin_url() const { return url("postgres", "postgres"); }
  /// Ends the server in the middle of whatever it does, unless it is gone already, and starts it
  /// again where it was.
  void restart();
  /// Until it lets sessions in, for example after it has recovered.
  void await() const;
  [[nodiscard]] const std::string& file() const noexcept { return file_; }
  [[nodiscard]] const std::string& folder() const noexcept { return folder_; }
  [[nodiscard]] int port() const noexcept { return port_; }
  [[nodiscard]] int process() const noexcept { return process_; }
  /// The process of a session of a role's, found without a session, since the server may be
  /// recovering; 0 when there is none.
  [[nodiscard]] int process_of(std::string_view role) const;

 private:
  struct Named {
    std::string file;
  };
  explicit PostgresCluster(const Named& named);
  static std::string next_file();
  void read();

  std::string file_;
  bool is_own_;
  std::string folder_;
  int port_ = 0;
  int process_ = 0;
};

/// One session of a superuser or another role, past the library. What fails ends the test program.
class RawSession {
 public:
  explicit RawSession(const std::string& url);
  RawSession(const RawSession&) = delete;
  RawSession& operator=(const RawSession&) = delete;
  ~RawSession();

  void run(const std::string& sql) const;
  /// The SQLSTATE of what fails; empty for what does not.
  [[nodiscard]] std::string fails_with(const std::string& sql) const;
  /// The first column of the first row, as text; empty when there is none or it is NULL.
  [[nodiscard]] std::string value(const std::string& sql) const;
  [[nodiscard]] std::vector<std::vector<std::optional<std::string>>> rows(
      const std::string& sql) const;

 private:
  PGconn* connection_;
};

}  // namespace tenancy_test
