#include "storage/sqlite/job_connection.hpp"

#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include <sqlite3.h>

#include "storage/sqlite/error.hpp"
#include "storage/sqlite/immutable_uri.hpp"

namespace tenancy::inline v0::detail::sqlite {
namespace {

// A hundred steps of SQLite's machine are microseconds, or a hundred large rows.
constexpr int steps_between_looks = 100;

struct Close {
  void operator()(sqlite3* connection) const noexcept { sqlite3_close_v2(connection); }
};
struct Finalize {
  void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};

/// Interrupts a connection when the call is over, for the one thing that asks no progress handler:
/// the check of a whole b-tree is a single step of SQLite's machine.
class Interrupter {
 public:
  Interrupter(sqlite3* connection, const CallOptions& call) {
    if (call.stop.stop_possible() || call.deadline != CallOptions::Clock::time_point::max()) {
      thread_ = std::thread{[this, connection, call] { wait(connection, call); }};
    }
  }
  Interrupter(const Interrupter&) = delete;
  Interrupter& operator=(const Interrupter&) = delete;
  ~Interrupter() {
    if (thread_.joinable()) {
      {
        const std::lock_guard lock{mutex_};
        finished_ = true;
      }
      changed_.notify_all();
      thread_.join();
    }
  }

 private:
  void wait(sqlite3* connection, const CallOptions& call) {
    const auto is_finished = [this] { return finished_; };
    std::unique_lock lock{mutex_};
    if (call.deadline == CallOptions::Clock::time_point::max()) {
      changed_.wait(lock, call.stop, is_finished);
    } else {
      changed_.wait_until(lock, call.stop, call.deadline, is_finished);
    }
    // Again and again, since an interrupt between two statements is forgotten.
    while (!finished_) {
      sqlite3_interrupt(connection);
      changed_.wait_for(lock, std::chrono::milliseconds{1}, is_finished);
    }
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool finished_ = false;
  std::thread thread_;
};

int on_progress(void* watch) noexcept { return static_cast<JobWatch*>(watch)->goes_on() ? 0 : 1; }

}  // namespace

std::string text_of(sqlite3_stmt* row, int column) {
  const auto* const text = reinterpret_cast<const char*>(sqlite3_column_text(row, column));
  return text == nullptr
             ? std::string{}
             : std::string{text, static_cast<std::size_t>(sqlite3_column_bytes(row, column))};
}

struct JobConnection::State {
  State(JobWatch& its_watch, Source its_source, std::chrono::milliseconds its_max_wait) noexcept
      : watch{its_watch}, source{its_source}, max_wait{its_max_wait} {}

  Result<void> open(const std::string& file);

  static int on_busy(void* state, int attempts) noexcept {
    auto& self = *static_cast<State*>(state);
    const auto now = CallOptions::Clock::now();
    if (attempts == 0) {
      self.busy_since = now;
    }
    if (!self.watch.goes_on() || now - self.busy_since >= self.max_wait) {
      return 0;
    }
    sqlite3_sleep(1);
    return 1;
  }

  JobWatch& watch;
  Source source;
  std::chrono::milliseconds max_wait;
  CallOptions::Clock::time_point busy_since = {};
  std::unique_ptr<sqlite3, Close> connection;
  // Last, so that it ends before the connection that it interrupts.
  std::unique_ptr<Interrupter> interrupter;
};

Result<void> JobConnection::State::open(const std::string& file) {
  const bool is_frozen = source == Source::frozen;
  const std::string name = is_frozen ? immutable_uri(file) : file;
  // A connection that only reads still recovers the write-ahead log, whose files it may write.
  const int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | (is_frozen ? SQLITE_OPEN_URI : 0);
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &opened, flags, nullptr);
  connection.reset(opened);
  if (code != SQLITE_OK) {
    return to_error(code, nullptr, "opening " + file);
  }
  sqlite3_extended_result_codes(opened, 1);
  constexpr int settings[][2] = {
      {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
      {SQLITE_DBCONFIG_DEFENSIVE, 1},
      {SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1},
  };
  for (const auto& [setting, value] : settings) {
    if (const int refused = sqlite3_db_config(opened, setting, value, nullptr);
        refused != SQLITE_OK) {
      return to_error(refused, nullptr, "configuring a connection");
    }
  }
  sqlite3_busy_handler(opened, &on_busy, this);
  sqlite3_progress_handler(opened, steps_between_looks, &on_progress, &watch);
  try {
    interrupter = std::make_unique<Interrupter>(opened, watch.call());
  } catch (const std::system_error& refused) {
    return Error{errc::overloaded, std::string{"no thread to keep a deadline: "} + refused.what()};
  }
  return success();
}

JobConnection::JobConnection(std::unique_ptr<State> state) noexcept : state_{std::move(state)} {}
JobConnection::JobConnection(JobConnection&&) noexcept = default;
JobConnection::~JobConnection() = default;

Result<JobConnection> JobConnection::open(const std::string& file, Source source,
                                          std::chrono::milliseconds max_wait, JobWatch& watch) {
  auto state = std::make_unique<State>(watch, source, max_wait);
  BOOST_OUTCOME_TRY(state->open(file));
  return JobConnection{std::move(state)};
}

Result<void> JobConnection::run(std::string_view sql, FunctionRef<bool(sqlite3_stmt*)> visit,
                                const std::string* parameter) {
  sqlite3* const connection = state_->connection.get();
  sqlite3_stmt* prepared = nullptr;
  if (const int code = sqlite3_prepare_v2(connection, sql.data(), static_cast<int>(sql.size()),
                                          &prepared, nullptr);
      code != SQLITE_OK) {
    return failure(code, sql);
  }
  const std::unique_ptr<sqlite3_stmt, Finalize> statement{prepared};
  if (parameter != nullptr) {
    if (const int code = sqlite3_bind_text(prepared, 1, parameter->data(),
                                           static_cast<int>(parameter->size()), SQLITE_STATIC);
        code != SQLITE_OK) {
      return failure(code, sql);
    }
  }
  while (true) {
    const int code = sqlite3_step(prepared);
    if (code == SQLITE_DONE) {
      return success();
    }
    if (code != SQLITE_ROW) {
      return failure(code, sql);
    }
    // A check that was interrupted has findings, too.
    BOOST_OUTCOME_TRY(state_->watch.check());
    if (!visit(prepared)) {
      return success();
    }
  }
}

Result<void> JobConnection::run(std::string_view sql, const std::string* parameter) {
  const auto next = [](sqlite3_stmt* /*row*/) { return true; };
  return run(sql, next, parameter);
}

Result<std::int64_t> JobConnection::number(std::string_view sql) {
  std::int64_t found = 0;
  const auto take = [&](sqlite3_stmt* row) {
    found = sqlite3_column_int64(row, 0);
    return false;
  };
  BOOST_OUTCOME_TRY(run(sql, take));
  return found;
}

Error JobConnection::failure(int code, std::string_view what_was_tried) {
  if (auto ended = state_->watch.check(); !ended) {
    return std::move(ended).error();
  }
  // SQLite's own message may quote a damaged schema, and with it whatever has got there.
  Error error = to_error(code, nullptr, what_was_tried);
  if (state_->source == Source::live) {
    return error;
  }
  switch (error.code()) {
    case errc::io_error:
    case errc::cannot_open:
    case errc::storage_full:
    case errc::corrupt_store:
      return error;
    default:
      return Error{errc::corrupt_store, error.message()};
  }
}

sqlite3_file& JobConnection::file() const {
  sqlite3_file* file = nullptr;
  const int code =
      sqlite3_file_control(state_->connection.get(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
  TENANCY_ASSERT(code == SQLITE_OK && file != nullptr && file->pMethods != nullptr,
                 "a database without a file");
  return *file;
}

}  // namespace tenancy::inline v0::detail::sqlite
