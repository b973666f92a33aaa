#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "support/entities.hpp"
#include "support/held_writer.hpp"
#include "support/report_log.hpp"
#include "support/test_store.hpp"

namespace tenancy_test {

/// How many writes wait in most tests, beside the one that holds the writer.
inline constexpr int waiting = 5;

inline tenancy::StoreOptions patient(std::shared_ptr<ReportLog> log = nullptr) {
  tenancy::StoreOptions options{.max_wait = std::chrono::minutes{10}, .observer = std::move(log)};
  options.writes.max_waiting_per_tenant = waiting;
  options.writes.max_batch_hold = std::chrono::minutes{10};
  options.writes.max_unit_hold = std::chrono::minutes{10};
  return options;
}

inline tenancy::Result<void> insert_note(tenancy::WriteTransaction& transaction,
                                         const std::string& id) {
  BOOST_OUTCOME_TRY(tenancy::Repository<Note>{transaction}.insert({.id = id, .title = id}));
  return tenancy::success();
}

inline std::set<std::string> ids_of(const TestStore& test, const tenancy::TenantContext& context) {
  std::set<std::string> ids;
  for (const auto& note : must(tenancy::ReadRepository<Note>{test.store, context}.list()).items) {
    ids.insert(note.id);
  }
  return ids;
}

/// Whose write holds the writer that acme's wait for: globex's, or acme's own where each tenant has
/// a writer.
inline tenancy::TenantContext holding(const TestStore& test) {
  return test.enter(is_on_silo() ? test.acme : test.globex);
}

/// What became of one of the writes that waited.
struct Told {
  bool is_success = false;
  std::optional<tenancy::errc> error;
  std::string message;
  std::string exception;
  int runs = 0;
  bool ran_elsewhere = false;
};

using Culprit = std::function<tenancy::Result<void>(tenancy::WriteTransaction&)>;

/// Acme's writes wait while another one holds the writer, and then share its batch. The one that
/// comes first there, or second and so on, is the culprit; the others each insert a note of their
/// number.
inline std::vector<Told> play_batch(const TestStore& test, int culprit_position,
                                    const Culprit& culprit) {
  std::vector<Told> told(waiting);
  std::atomic<int> next_position = 0;
  std::vector<std::thread> threads;
  HeldWriter held{test.store, holding(test),
                  [](tenancy::WriteTransaction& tx) { return insert_note(tx, "holder"); }};
  const auto acme = test.enter(test.acme);
  threads.reserve(waiting);
  for (int number = 0; number < waiting; ++number) {
    threads.emplace_back([&] {
      Told mine;
      int position = -1;
      const auto here = std::this_thread::get_id();
      try {
        const auto outcome = write_queued([&] {
          return test.store.write(
              acme, [&](tenancy::WriteTransaction& tx) -> tenancy::Result<void> {
                mine.ran_elsewhere = mine.ran_elsewhere || std::this_thread::get_id() != here;
                if (++mine.runs == 1) {
                  position = next_position++;
                }
                return position == culprit_position
                           ? culprit(tx)
                           : insert_note(tx, "n" + std::to_string(position));
              });
        });
        mine.is_success = outcome.has_value();
        if (!outcome) {
          mine.error = outcome.error().code();
          mine.message = outcome.error().message();
        }
      } catch (const std::runtime_error& thrown) {
        mine.exception = thrown.what();
      }
      told.at(static_cast<std::size_t>(position)) = mine;
    });
  }
  await_full_queue(test.store, acme);
  const auto holder = held.finish();
  for (auto& thread : threads) {
    thread.join();
  }
  CHECK(holder.has_value());
  return told;
}

inline std::uint32_t sum(const std::vector<tenancy::BatchReport>& batches,
                         std::uint32_t tenancy::BatchReport::*what) {
  std::uint32_t all = 0;
  for (const auto& batch : batches) {
    all += batch.*what;
  }
  return all;
}

/// Everybody's note but the culprit's.
inline std::set<std::string> all_but(int culprit_position) {
  std::set<std::string> ids;
  for (int position = 0; position < waiting; ++position) {
    if (position != culprit_position) {
      ids.insert("n" + std::to_string(position));
    }
  }
  return ids;
}

}  // namespace tenancy_test
