#pragma once

#include <algorithm>
#include <memory>
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
/// Knows the connections that are opened while it lives, which is once in a process at a time,
/// until they are closed; they may outlive it, but are not asked for any more then.
///
/// Thread safety: connections may be opened and closed anywhere; the rest is one thread's.
class RefusedStatement {
 public:
  /// `action` and `operation` as SQLite's authorizer has them.
  RefusedStatement(int action, std::string_view operation)
      : action_{action}, operation_{operation} {
    living() = open_;
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
    const std::scoped_lock lock{open_->mutex};
    const auto in_transaction = [](sqlite3* one) { return sqlite3_get_autocommit(one) == 0; };
    REQUIRE(std::ranges::count_if(open_->connections, in_transaction) == 1);
    sqlite3_set_authorizer(*std::ranges::find_if(open_->connections, in_transaction),
                           &RefusedStatement::authorize, this);
  }

 private:
  struct Open {
    std::mutex mutex;
    std::vector<sqlite3*> connections;
  };
  /// What a connection carries, and drops when it is closed.
  struct Mark {
    std::shared_ptr<Open> open;
    sqlite3* connection;
  };

  static std::shared_ptr<Open>& living() {
    static std::shared_ptr<Open> instance;
    return instance;
  }
  static int on_open(sqlite3* connection, const char** /*message*/,
                     const sqlite3_api_routines* /*api*/) {
    const auto open = living();
    {
      const std::scoped_lock lock{open->mutex};
      open->connections.push_back(connection);
    }
    // A function that nobody calls: the engine tells when it is let go.
    return sqlite3_create_function_v2(connection, "known_to_a_test", 0, SQLITE_UTF8,
                                      new Mark{open, connection}, &RefusedStatement::never_called,
                                      nullptr, nullptr, &RefusedStatement::on_close);
  }
  static void never_called(sqlite3_context* context, int /*count*/, sqlite3_value** /*values*/) {
    sqlite3_result_null(context);
  }
  static void on_close(void* carried) {
    const std::unique_ptr<const Mark> mark{static_cast<const Mark*>(carried)};
    const std::scoped_lock lock{mark->open->mutex};
    std::erase(mark->open->connections, mark->connection);
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
  const std::shared_ptr<Open> open_ = std::make_shared<Open>();
};

}  // namespace tenancy_test
