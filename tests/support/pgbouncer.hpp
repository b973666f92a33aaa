#pragma once

#include <string>
#include <string_view>

#include "support/postgres_cluster.hpp"

namespace tenancy_test {

/// A private PgBouncer in front of a server, which gives each transaction another of two
/// connections for each database and role: the one that TENANCY_TEST_PGBOUNCER names by the file
/// that `pgbouncer.py start` wrote, in front of the shared server, or one that is started here.
class PgBouncer {
 public:
  static const PgBouncer& shared();

  /// With further settings ("pool_mode=session …").
  explicit PgBouncer(const PostgresCluster& server, const std::string& settings = {});
  PgBouncer(const PgBouncer&) = delete;
  PgBouncer& operator=(const PgBouncer&) = delete;
  /// Stops it, if it was started here.
  ~PgBouncer();

  [[nodiscard]] std::string url(std::string_view role, std::string_view database) const;
  /// Kills it, and starts another where it was.
  void restart();

 private:
  explicit PgBouncer(const char* file);
  void read();

  std::string file_;
  bool is_own_;
  int port_ = 0;
};

}  // namespace tenancy_test
