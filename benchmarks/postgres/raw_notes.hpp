#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <libpq-fe.h>

namespace tenancy_bench {

/// A row of the table that both sides have, one without tenancy: no policy, no owner beside the
/// role that asks, no other tenants.
struct RawNote {
  std::string id = {};
  std::string title = {};
  std::int64_t stars = 0;
  std::int64_t created_at = 0;
};

/// A session for what is not measured.
class PlainSession {
 public:
  explicit PlainSession(const std::string& url);
  PlainSession(const PlainSession&) = delete;
  PlainSession& operator=(const PlainSession&) = delete;
  ~PlainSession();

  void run(const std::string& sql) const;
  [[nodiscard]] PGconn* handle() const noexcept { return connection_; }

 private:
  PGconn* connection_;
};

/// The table `raw_notes` by libpq alone: a prepared statement each, results in binary, one exchange
/// with the server.
class RawNotes {
 public:
  explicit RawNotes(const std::string& url);

  [[nodiscard]] const PlainSession& session() const noexcept { return session_; }
  [[nodiscard]] RawNote find(std::int64_t owner, const std::string& id) const;
  [[nodiscard]] std::vector<RawNote> newest_50(std::int64_t owner) const;
  /// Notes between two, each with its tags: the notes' ids and titles, and the tags.
  [[nodiscard]] std::vector<std::array<std::string, 3>> tagged(std::int64_t owner,
                                                               const std::string& first,
                                                               const std::string& end) const;
  void insert(std::int64_t owner, const RawNote& note) const;

 private:
  PlainSession session_;
};

}  // namespace tenancy_bench
