#include "registry/key_use.hpp"

#include <chrono>
#include <exception>
#include <string_view>
#include <utility>

namespace tenancy::inline v0::detail {
namespace {

using namespace std::chrono_literals;

/// For how long uses are gathered.
constexpr auto gathering = 5s;

/// More keys than that in one go are not noted; they will be used again.
constexpr std::size_t max_uses = 10'000;

/// Nobody waits for it, and it is to hold nobody up, a closing store least.
constexpr auto longest_write = 2s;

constexpr StaticSql note_sql{
    "UPDATE tenancy_api_keys SET last_used_at = ?2 "
    "WHERE key_id = ?1 AND (last_used_at IS NULL OR last_used_at < ?2)"};

Result<void> write_one(ControlSession& session, const CredentialId& key, Timestamp used_at) {
  BOOST_OUTCOME_TRY(auto statement, session.prepare(note_sql));
  statement->bind_text(1, {key.data(), key.size()});
  statement->bind_int64(2, used_at.microseconds());
  BOOST_OUTCOME_TRY(statement->step());
  return success();
}

}  // namespace

std::size_t KeyUse::Hash::operator()(const CredentialId& id) const noexcept {
  return std::hash<std::string_view>{}({id.data(), id.size()});
}

KeyUse::~KeyUse() {
  {
    const std::scoped_lock lock{mutex_};
    stops_ = true;
  }
  wanted_.notify_one();
  if (thread_.joinable()) {
    thread_.join();
  }
}

void KeyUse::note(const CredentialId& key, Timestamp used_at) noexcept {
  try {
    const std::scoped_lock lock{mutex_};
    if (uses_.size() >= max_uses) {
      return;
    }
    uses_.insert_or_assign(key, used_at);
    if (!thread_.joinable()) {
      thread_ = std::thread{[this] { work(); }};
    } else if (uses_.size() == 1) {
      wanted_.notify_one();
    }
  } catch (const std::exception&) {
    // Without memory or a thread the use stays unknown.
  }
}

void KeyUse::work() {
  std::unique_lock lock{mutex_};
  while (true) {
    wanted_.wait(lock, [this] { return stops_ || !uses_.empty(); });
    wanted_.wait_for(lock, gathering, [this] { return stops_; });
    const Uses uses = std::exchange(uses_, {});
    const bool is_last = stops_;
    lock.unlock();
    write(uses);
    if (is_last) {
      return;
    }
    lock.lock();
  }
}

void KeyUse::write(const Uses& uses) noexcept {
  if (uses.empty()) {
    return;
  }
  const CallOptions options{.deadline = CallOptions::Clock::now() + longest_write};
  try {
    // Whether it was written does not matter enough for anything to be done about it.
    static_cast<void>(
        control_write(backend_, options, [&](ControlSession& session) -> Result<void> {
          for (const auto& [key, used_at] : uses) {
            BOOST_OUTCOME_TRY(write_one(session, key, used_at));
          }
          return success();
        }));
  } catch (const std::exception&) {
    // As above.
  }
}

}  // namespace tenancy::inline v0::detail
