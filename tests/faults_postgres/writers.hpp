#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "support/entities.hpp"
#include "support/postgres_cluster.hpp"

namespace tenancy_test {

/// Threads that write until they are stopped, by one statement and by transactions of two rows in
/// turn, and remember what they were told.
class Writers {
 public:
  Writers(const tenancy::Authority& authority, const tenancy::TenantContext& context,
          std::chrono::milliseconds each, int count)
      : store_{authority.store()}, context_{context}, each_{each} {
    for (int writer = 0; writer < count; ++writer) {
      threads_.emplace_back([this, writer] { work(writer); });
    }
  }
  Writers(const Writers&) = delete;
  Writers& operator=(const Writers&) = delete;
  ~Writers() { stop(); }

  /// Until so many more were told to be done.
  void await_more(std::size_t count) {
    std::unique_lock lock{mutex_};
    const std::size_t enough = acknowledged_.size() + count;
    REQUIRE(more_.wait_for(lock, std::chrono::seconds{60},
                           [&] { return acknowledged_.size() >= enough; }));
  }

  void stop() {
    stops_ = true;
    for (auto& thread : threads_) {
      if (thread.joinable()) {
        thread.join();
      }
    }
  }

  /// Once they are stopped: what was told to be done is there, what was told to have failed is not,
  /// and no transaction is there by half.
  void check(const RawSession& session) const {
    std::set<std::string> stored;
    for (const auto& row : session.rows("SELECT id FROM notes")) {
      stored.insert(row.front().value_or(""));
    }
    const auto is_there = [&](const std::string& id) {
      const bool first = stored.contains(id);
      if (id.starts_with("two")) {
        CHECK(stored.contains(id + "+") == first);
      }
      return first;
    };
    for (const std::string& id : acknowledged_) {
      CHECK_MESSAGE(is_there(id), id);
    }
    for (const std::string& id : refused_) {
      CHECK_MESSAGE(!is_there(id), id);
    }
    for (const std::string& id : unknown_) {
      static_cast<void>(is_there(id));
    }
    CHECK(acknowledged_.size() > 100);
    // No more than what was under way each time.
    MESSAGE(acknowledged_.size(), " acknowledged, ", refused_.size(), " refused, ", unknown_.size(),
            " of unknown outcome");
  }
  [[nodiscard]] std::size_t unknown() const { return unknown_.size(); }
  [[nodiscard]] const std::set<tenancy::errc>& told() const { return told_; }

 private:
  tenancy::Result<void> write(const std::string& id, bool is_pair) const {
    const auto call = tenancy::CallOptions::within(each_);
    if (!is_pair) {
      const tenancy::Repository<Note> notes{store_, context_, call};
      BOOST_OUTCOME_TRY(notes.insert({.id = id, .title = id}));
      return tenancy::success();
    }
    return store_.write(context_, call,
                        [&](tenancy::WriteTransaction& tx) -> tenancy::Result<void> {
                          const tenancy::Repository<Note> notes{tx};
                          BOOST_OUTCOME_TRY(notes.insert({.id = id, .title = id}));
                          BOOST_OUTCOME_TRY(notes.insert({.id = id + "+", .title = id + "+"}));
                          return tenancy::success();
                        });
  }

  void work(int writer) {
    for (int turn = 0; !stops_; ++turn) {
      const bool is_pair = turn % 2 == 1;
      const std::string id =
          (is_pair ? "two-" : "one-") + std::to_string(writer) + "-" + std::to_string(turn);
      const auto done = write(id, is_pair);
      const std::scoped_lock lock{mutex_};
      if (done) {
        acknowledged_.insert(id);
        more_.notify_one();
      } else {
        told_.insert(done.error().code());
        (done.error() == tenancy::errc::commit_unknown ? unknown_ : refused_).insert(id);
      }
    }
  }

  const tenancy::Store store_;
  const tenancy::TenantContext context_;
  const std::chrono::milliseconds each_;
  std::atomic<bool> stops_ = false;
  std::mutex mutex_;
  std::condition_variable more_;
  std::set<std::string> acknowledged_;
  std::set<std::string> refused_;
  std::set<std::string> unknown_;
  std::set<tenancy::errc> told_;
  std::vector<std::thread> threads_;
};

}  // namespace tenancy_test
