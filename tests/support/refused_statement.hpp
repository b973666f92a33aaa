#pragma once

#include <algorithm>
#include <mutex>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <sqlite3.h>

namespace tenancy_test {

/// Has the engine refuse a statement that begins or ends a transaction or a savepoint, on a
/// connection of the library's: a failure that an engine in good health cannot be made to show just
/// there.
///
/// Knows the connections that are opened while it lives, which is once in a process at a time; they
/// may outlive it, but are not asked for any more then.
/// Thread safety: connections may be opened anywhere; the rest is one thread's.
class RefusedStatement {
 public:
  /// `action` and `operation` as SQLite's authorizer has them.
  RefusedStatement(int action, std::string_view operation)
      : action_{action}, operation_{operation} {
    living() = this;
    sqlite3_auto_extension(entry());
  }
  RefusedStatement(const RefusedStatement&) = delete;
  RefusedStatement& operator=(const RefusedStatement&) = delete;
  ~RefusedStatement() {
    sqlite3_cancel_auto_extension(entry());
    living() = nullptr;
  }

  /// From now on it is refused on the one connection that is in a transaction, also where it has
  /// been compiled before.
  void refuse() {
    const std::scoped_lock lock{mutex_};
    const auto found = std::ranges::find_if(
        connections_, [](sqlite3* one) { return sqlite3_get_autocommit(one) == 0; });
    REQUIRE(found != connections_.end());
    sqlite3_set_authorizer(*found, &RefusedStatement::authorize, this);
  }

 private:
  static RefusedStatement*& living() {
    static RefusedStatement* instance = nullptr;
    return instance;
  }
  static int on_open(sqlite3* connection, const char** /*message*/,
                     const sqlite3_api_routines* /*api*/) {
    const std::scoped_lock lock{living()->mutex_};
    living()->connections_.push_back(connection);
    return SQLITE_OK;
  }
  /// SQLite takes a function without parameters and calls it with those above.
  static void (*entry())() { return reinterpret_cast<void (*)()>(&RefusedStatement::on_open); }

  static int authorize(void* self, int action, const char* operation, const char* /*name*/,
                       const char* /*database*/, const char* /*cause*/) {
    const auto& refused = *static_cast<const RefusedStatement*>(self);
    return action == refused.action_ && operation == refused.operation_ ? SQLITE_DENY : SQLITE_OK;
  }

  const int action_;
  const std::string_view operation_;
  std::mutex mutex_;
  std::vector<sqlite3*> connections_;
};

}  // namespace tenancy_test
